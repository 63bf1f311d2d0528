import CStreamHost

/// A registered method. The host hands its address to `on_open`.
@usableFromInline
final class MethodBox: Sendable {
    /// Begins and ends the call around the plugin's handler.
    @usableFromInline typealias Handler = @Sendable (Call) async -> Void

    @usableFromInline
    enum Kind: Sendable {
        case unary, clientStreaming, serverStreaming, bidirectional
    }

    let name: String
    let kind: Kind
    let placement: HandlerPlacement
    let reload: ReloadPolicy
    let handler: Handler
    let clientStreams: Bool

    init(_ name: String, _ kind: Kind, _ placement: HandlerPlacement, _ reload: ReloadPolicy, _ handler: @escaping Handler) {
        self.name = name
        self.kind = kind
        self.placement = placement
        self.reload = reload
        self.handler = handler
        clientStreams = kind == .clientStreaming || kind == .bidirectional
    }

    private var abiKind: Int32 {
        switch kind {
        case .unary: Int32(SH_UNARY)
        case .clientStreaming: Int32(SH_CLIENT_STREAMING)
        case .serverStreaming: Int32(SH_SERVER_STREAMING)
        case .bidirectional: Int32(SH_BIDIRECTIONAL)
        }
    }

    private var abiReload: Int32 {
        switch reload {
        case .pin: Int32(SH_RELOAD_PIN)
        case .migrate: Int32(SH_RELOAD_MIGRATE)
        case .end: Int32(SH_RELOAD_END)
        }
    }

    /// The methods as the ABI has them, for as long as `body` runs.
    static func withPointers<R>(_ methods: [MethodBox], _ body: (UnsafeBufferPointer<UnsafePointer<sh_method>?>) -> R) -> R {
        let names = methods.map { $0.name.utf8CString }
        let structs = UnsafeMutableBufferPointer<sh_method>.allocate(capacity: methods.count)
        defer { structs.deallocate() }
        var pointers: [UnsafePointer<sh_method>?] = []
        func fill(_ index: Int) -> R {
            guard index < methods.count else { return pointers.withUnsafeBufferPointer(body) }
            return names[index].withUnsafeBufferPointer { name in
                let method = methods[index]
                structs.initializeElement(
                    at: index,
                    to: sh_method(
                        struct_size: MemoryLayout<sh_method>.size,
                        name: name.baseAddress,
                        kind: method.abiKind,
                        reload: method.abiReload,
                        handler: CallCallbacks.table,
                        context: Unmanaged.passUnretained(method).toOpaque()
                    )
                )
                pointers.append(structs.baseAddress.map { UnsafePointer($0 + index) })
                return fill(index + 1)
            }
        }
        return fill(0)
    }
}
