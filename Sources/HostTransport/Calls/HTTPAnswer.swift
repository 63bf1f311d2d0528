import HTTP2Session

extension ServerCall {
    /// Answers a request that isn't gRPC with a status and a short text. The read that brought the request flushes it.
    func answer(http code: Int, text: String) {
        var fields = [
            (":status", "\(code)"), ("content-type", "text/plain; charset=utf-8"), ("content-length", "\(text.utf8.count)"),
        ]
        // RFC 9110 15.5.6: 405 names the methods that are allowed.
        if code == 405 { fields.append(("allow", "POST")) }
        withRare { $0.plainText = Array(text.utf8) }
        headersSubmitted = true
        connection.session.submitResponse(self, headers: HTTP2HeaderBlock(text: fields))
    }
}
