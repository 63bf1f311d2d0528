import StreamHostPlugin
import SwiftProtobuf

/// Load reports apart from calls.
struct OpenRcaService: Sendable {
    let reports: LoadReports
    let shortestInterval: Duration

    // A longer interval than a day is as good as a day.
    private static let mostSeconds: Int64 = 86_400

    @Sendable func streamCoreMetrics(
        _ request: Xds_Service_Orca_V3_OrcaLoadReportRequest,
        _ writer: ResponseWriter<Xds_Data_Orca_V3_OrcaLoadReport>,
        _ context: CallContext
    ) async throws {
        let interval = request.reportInterval
        let asked = Duration.seconds(min(interval.seconds, Self.mostSeconds)) + .nanoseconds(Int64(interval.nanos))
        let costs = Set(request.requestCostNames)
        let signal = context.makeSignal(orDrain: true)
        while !context.isDraining {
            // Where it moves, the next generation reports at once.
            try context.checkpoint()
            var report = reports.current
            if !costs.isEmpty { report.requestCost = report.requestCost.filter { costs.contains($0.key) } }
            try await writer.write(report)
            try context.checkpoint()
            _ = try await signal.wait(for: max(asked, shortestInterval))
        }
    }
}
