import CStreamHost
import GRPCWire
import HostTransport
import PluginLoading

extension sh_status {
    static let ok = sh_status(SH_OK)
    static let unsupported = sh_status(SH_UNSUPPORTED)
    static let full = sh_status(SH_FULL)
    static let closed = sh_status(SH_CLOSED)
    static let tooLarge = sh_status(SH_TOO_LARGE)
    static let invalid = sh_status(SH_INVALID)
    static let wrongThread = sh_status(SH_WRONG_THREAD)

    @inline(__always)
    init(_ result: ServerCall.SendResult) {
        switch result {
        case .ok: self = .ok
        case .full: self = .full
        case .closed: self = .closed
        case .tooLarge: self = .tooLarge
        case .misplaced: self = .invalid
        }
    }
}

extension MetadataBlock {
    /// A copy of the entries; `nil` where one of them may not be sent.
    init?(sendable entries: UnsafeBufferPointer<sh_metadata>, inTrailers: Bool = false) {
        self.init()
        for entry in entries {
            guard MetadataRules.isSendable(entry.name.raw, entry.value.raw, inTrailers: inTrailers) else { return nil }
            append(name: entry.name.raw, value: entry.value.raw)
        }
    }
}

extension CallEnd {
    /// `nil` where a trailer may not be sent, or the struct is none.
    init?(_ pointer: UnsafePointer<sh_finish>) {
        guard let finish = sh_finish(reading: pointer),
            let trailers = MetadataBlock(
                sendable: UnsafeBufferPointer(start: finish.trailers, count: finish.trailers == nil ? 0 : finish.trailer_count),
                inTrailers: true
            )
        else { return nil }
        self.init(
            Status(StatusCode(rawValue: finish.code) ?? .unknown, String(decoding: finish.message.raw, as: UTF8.self)),
            details: Array(finish.details.raw),
            trailers: trailers
        )
    }
}
