import NIOCore
import NIOHTTP1

/// Answers the one request of a connection.
final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let contentType: String
    private let content: MetricsServer.Content
    private var request: HTTPRequestHead?

    init(contentType: String, content: @escaping MetricsServer.Content) {
        self.contentType = contentType
        self.content = content
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        // Nothing here takes one.
        case .body: break
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context)
        }
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard request.uri.prefix(while: { $0 != "?" }) == "/metrics" else {
            return send(.notFound, [], Array("metrics are at /metrics\n".utf8), context)
        }
        guard request.method == .GET else {
            // RFC 9110 15.5.6: 405 names the methods that are allowed.
            return send(.methodNotAllowed, [("allow", "GET")], Array("GET only\n".utf8), context)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.makeFutureWithTask { [content] in await content() }.whenSuccess { text in
            let (handler, context) = bound.value
            handler.send(.ok, [("content-type", handler.contentType)], text, context)
        }
    }

    private func send(_ status: HTTPResponseStatus, _ fields: [(String, String)], _ body: [UInt8], _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(fields)
        headers.add(name: "content-length", value: "\(body.count)")
        headers.add(name: "connection", value: "close")
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
