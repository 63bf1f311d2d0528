import HTTP2Session

extension ServerCall {
    /// Answers a request that isn't gRPC with a status and a short text, when it is whole: until then it may still turn out to be
    /// malformed (RFC 9113 8.1.1).
    func answer(http code: Int, text: String) {
        guard !endReceived else { return submit(http: code, text: text) }
        withRare { $0.httpAnswer = (code, text) }
    }

    /// The request is whole.
    func giveHTTPAnswer() {
        guard let (code, text) = rare?.httpAnswer else { return }
        rare?.httpAnswer = nil
        submit(http: code, text: text)
    }

    // The read that brought the request flushes it.
    private func submit(http code: Int, text: String) {
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
