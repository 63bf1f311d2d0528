import StreamHostPlugin
import SwiftProtobuf
import Synchronization

/// The load report that OpenRcaService tells. One call at a time may set it: clients that test at the same time would read each other's.
final class LoadReports: Sendable {
    private struct State {
        var owner: ObjectIdentifier?
        var report = Xds_Data_Orca_V3_OrcaLoadReport()
    }

    private let state = Mutex(State())

    /// The report of now.
    var current: Xds_Data_Orca_V3_OrcaLoadReport { state.withLock { $0.report } }

    /// For a call that may want to set the report.
    func makeHold() -> Hold { Hold(self) }

    private func set(_ report: Xds_Data_Orca_V3_OrcaLoadReport, by owner: ObjectIdentifier) -> Bool {
        state.withLock { state in
            guard state.owner == nil || state.owner == owner else { return false }
            state.owner = owner
            state.report = report
            return true
        }
    }

    private func release(by owner: ObjectIdentifier) {
        state.withLock { state in
            if state.owner == owner { state = State() }
        }
    }

    /// A call's hold of the report, from the first one that it sets on.
    final class Hold: Sendable {
        private let reports: LoadReports
        private let own = Mutex<Xds_Data_Orca_V3_OrcaLoadReport?>(nil)

        fileprivate init(_ reports: LoadReports) { self.reports = reports }

        /// Sets the report, when no other call holds it any more.
        /// - Throws: `CancellationError` as ``CallContext/sleep(for:)`` does.
        func set(_ report: Xds_Data_Orca_V3_OrcaLoadReport, _ context: CallContext) async throws {
            while !reports.set(report, by: ObjectIdentifier(self)) { try await context.sleep(for: .milliseconds(10)) }
            own.withLock { $0 = report }
        }

        /// What was set, for a checkpoint; empty: nothing.
        func encoded() throws -> [UInt8] { try own.withLock { $0 }?.serializedBytes() ?? [] }

        /// Takes the report back.
        func release() { reports.release(by: ObjectIdentifier(self)) }
    }
}

extension Xds_Data_Orca_V3_OrcaLoadReport {
    /// What a test wants to be reported.
    init(_ wanted: Grpc_Testing_TestOrcaReport) {
        self.init()
        cpuUtilization = wanted.cpuUtilization
        memUtilization = wanted.memoryUtilization
        requestCost = wanted.requestCost
        utilization = wanted.utilization
    }
}
