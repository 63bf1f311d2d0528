import Dispatch

/// Where plugins' life-cycle functions run: one at a time, on no loop, as the ABI's `[control]` says.
struct ControlQueue: Sendable {
    private let queue = DispatchQueue(label: "streamhost.control")

    /// Runs the work when what was asked for before is done.
    func run<R: Sendable>(_ work: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }

    /// The same for work that may fail.
    func run<R: Sendable, Failure: Error>(
        throwing work: @escaping @Sendable () throws(Failure) -> R
    ) async throws(Failure) -> R {
        try await run { () -> Result<R, Failure> in
            do throws(Failure) {
                return .success(try work())
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
