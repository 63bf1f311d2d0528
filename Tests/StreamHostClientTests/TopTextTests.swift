import AdminAPI
import StreamHostClient
import SwiftProtobuf
import Testing

@testable import streamctl

@Suite struct TopTextTests {
    private func rate(_ now: [(Int64, Int64)], _ before: [(Int64, Int64)], _ seconds: Duration = .seconds(2)) -> String {
        TopText.rate(
            Samples.plugin(generations: now.map { Samples.generation($0.0, total: $0.1) }),
            since: Samples.plugin(generations: before.map { Samples.generation($0.0, total: $0.1) }),
            seconds: seconds
        )
    }

    @Test func `the rate is what was opened between two samples`() {
        #expect(rate([(3, 150)], [(3, 50)]) == "50")
    }

    @Test func `a generation that is new or forgotten doesn't spoil the rate`() {
        #expect(rate([(4, 20)], [(3, 5000)]) == "10")
        #expect(rate([(3, 60), (4, 10)], [(2, 900), (3, 50)]) == "10")
    }

    @Test func `a host that was started again has no negative rate`() {
        #expect(rate([(3, 1)], [(3, 50)]) == "0")
    }

    @Test func `without a sample before there is no rate`() {
        #expect(TopText.rate(Samples.plugin(), since: nil, seconds: .seconds(1)) == "-")
        #expect(rate([(3, 1)], [(3, 1)], .zero) == "-")
    }

    @Test func `the picture has the host above its plugins`() {
        let status = Streamhost_Admin_V1_HostStatus.with {
            $0.version = "0.1.0"
            $0.pid = 7
            $0.startedAt = 1000
            $0.connections = 1
            $0.calls = 3
            $0.logLevel = "info"
            $0.residentBytes = 89_128_960
        }
        let sample = TopSample(at: .now, status: status, plugins: [Samples.plugin()])
        let lines = TopText.lines(sample, before: nil, at: .unix(path: "a.sock"), now: 193_000)
        #expect(lines[0] == "streamhost 0.1.0  process 7  up 3m 12s  memory 85 MiB  1 connection  3 calls  log info")
        #expect(lines[1] == "listens on nothing  admin a.sock")
        #expect(lines[4].split(separator: " ").first == "chat")
    }
}
