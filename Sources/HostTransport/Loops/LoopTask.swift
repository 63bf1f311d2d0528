/// A C function and its argument, to be run on a loop; perhaps only if a call is still open by then.
///
/// SAFETY: `@unchecked Sendable` as who posts it hands the argument over: it is touched by nobody until the function runs.
public struct LoopTask: @unchecked Sendable {
    /// A C function of one argument.
    public typealias Function = @convention(c) (UnsafeMutableRawPointer?) -> Void

    private let function: Function
    private let argument: UnsafeMutableRawPointer?
    private let call: CallHandle?
    private let release: Function?

    /// A task of that function and argument. Where `call` is given and has ended by then, `release` takes the argument instead.
    public init(
        _ function: @escaping Function,
        _ argument: UnsafeMutableRawPointer?,
        for call: CallHandle? = nil,
        release: Function? = nil
    ) {
        self.function = function
        self.argument = argument
        self.call = call
        self.release = release
    }

    @inline(__always)
    func run(on loop: CallLoop) {
        if let call, !loop.isOpen(call) {
            release?(argument)
        } else {
            function(argument)
        }
    }
}
