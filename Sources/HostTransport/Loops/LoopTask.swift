/// A C function and its argument, to be run on a loop.
///
/// SAFETY: `@unchecked Sendable` as who posts it hands the argument over: it is touched by nobody until the function runs.
public struct LoopTask: @unchecked Sendable {
    private let function: @convention(c) (UnsafeMutableRawPointer?) -> Void
    private let argument: UnsafeMutableRawPointer?

    /// A task of that function and argument.
    public init(_ function: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void, _ argument: UnsafeMutableRawPointer?) {
        self.function = function
        self.argument = argument
    }

    /// Runs it.
    @inline(__always)
    public func run() { function(argument) }
}
