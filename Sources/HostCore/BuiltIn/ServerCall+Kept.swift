import HostTransport

/// What a handler of the host's own keeps of a call: one object, from `opened` to `closed`.
///
/// SAFETY: a handler asks for nothing but the type that it has given.
extension ServerCall {
    /// Keeps the object until ``takeKept(_:)``.
    func keep(_ object: some AnyObject) {
        userState = Unmanaged.passRetained(object).toOpaque()
    }

    /// The object that is kept.
    func kept<Object: AnyObject>(_ type: Object.Type) -> Object? {
        userState.map { Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The object, which is kept no more.
    func takeKept<Object: AnyObject>(_ type: Object.Type) -> Object? {
        defer { userState = nil }
        return userState.map { Unmanaged<Object>.fromOpaque($0).takeRetainedValue() }
    }
}
