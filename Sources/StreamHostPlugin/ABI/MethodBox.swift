import CStreamHost

/// A registered method: makes the calls of it. The host hands its address to `on_open`.
final class MethodBox: @unchecked Sendable {
    // SAFETY: `@unchecked Sendable` as all of it is constant.
    let name: String
    let kind: Int32
    let placement: HandlerPlacement
    let make: @Sendable (CallSetup) -> Call

    init(_ name: String, _ kind: Int32, _ placement: HandlerPlacement, _ make: @escaping @Sendable (CallSetup) -> Call) {
        self.name = name
        self.kind = kind
        self.placement = placement
        self.make = make
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
                        struct_size: MemoryLayout<sh_method>.size, name: name.baseAddress, kind: method.kind,
                        reload: Int32(SH_RELOAD_PIN), handler: CallCallbacks.table,
                        context: Unmanaged.passUnretained(method).toOpaque()))
                pointers.append(structs.baseAddress.map { UnsafePointer($0 + index) })
                return fill(index + 1)
            }
        }
        return fill(0)
    }
}
