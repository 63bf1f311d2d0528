import CStreamHost

/// What stands behind the function table that plugins see: the host's side of each function, with the same rules (see
/// `streamhost/plugin.h`). Joins this module to a transport that it doesn't know.
///
/// Where a function's tag is `[any]` it is called from any thread.
public protocol HostServices: AnyObject, Sendable {
    /// `send_metadata`.
    func sendMetadata(_ call: sh_call, _ entries: UnsafeBufferPointer<sh_metadata>) -> sh_status
    /// `send`.
    func send(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status
    /// `send_buffer`.
    func send(_ call: sh_call, _ message: OpaquePointer) -> sh_status
    /// `compress`.
    func compress(_ call: sh_call, _ on: Bool) -> sh_status
    /// `finish`.
    func finish(_ call: sh_call, _ finish: UnsafePointer<sh_finish>?) -> sh_status
    /// `request`.
    func request(_ call: sh_call, _ messages: UInt32) -> sh_status
    /// `metadata`.
    func metadata(_ call: sh_call) -> (status: sh_status, entries: UnsafeBufferPointer<sh_metadata>)
    /// `was_compressed`.
    func wasCompressed(_ call: sh_call) -> Bool
    /// `tls_identity`.
    func tlsIdentity(_ call: sh_call, _ part: sh_tls_part, _ index: Int) -> (status: sh_status, value: sh_bytes)
    /// `checkpoint`.
    func checkpoint(_ call: sh_call, _ bytes: UnsafeRawBufferPointer) -> sh_status
    /// `give_back`.
    func giveBack(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status
    /// `yielded`.
    func yielded(_ call: sh_call, _ answer: sh_status) -> sh_status

    /// `buffer_create`.
    func createBuffer(_ size: Int, _ bytes: inout UnsafeMutablePointer<UInt8>?) -> OpaquePointer?
    /// `buffer_retain`.
    func retainBuffer(_ buffer: OpaquePointer)
    /// `buffer_release`.
    func releaseBuffer(_ buffer: OpaquePointer)

    /// `post`.
    func post(
        _ call: sh_call,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?,
        release: HostTable.Callback?
    ) -> sh_status
    /// `loop_post`.
    func loopPost(
        _ loop: sh_loop,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?
    ) -> sh_status
    /// `loop_is_current`.
    func loopIsCurrent(_ loop: sh_loop) -> Bool
    /// `timer_start`.
    func startTimer(
        _ loop: sh_loop,
        _ nanoseconds: UInt64,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?
    ) -> sh_timer
    /// `timer_cancel`.
    func cancelTimer(_ timer: sh_timer) -> sh_status

    /// `log`, of that plugin.
    func log(plugin: String, level: Int32, _ message: String)
    /// The folder for a plugin's files, made where it isn't there.
    func makeDataDirectory(plugin: String) throws(PluginError) -> String
}
