import CoreMetrics
import Synchronization

/// A series that somebody writes through swift-metrics.
protocol Instrument: AnyObject, Sendable {
    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample]
}

/// A counter. What would make it fall is left out, as Prometheus takes a fall for a restart.
final class CounterInstrument: Instrument, CounterHandler, FloatingPointCounterHandler {
    private let sum = AtomicDouble()

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { if amount > 0 { sum.add(amount) } }
    func reset() { sum.set(0) }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] { [.init(labels: labels, value: sum.value)] }
}

/// A gauge: a meter, or a recorder that keeps only the last value.
final class GaugeInstrument: Instrument, MeterHandler, RecorderHandler {
    private let last = AtomicDouble()

    func set(_ value: Int64) { last.set(Double(value)) }
    func set(_ value: Double) { last.set(value) }
    func increment(by amount: Double) { last.add(amount) }
    func decrement(by amount: Double) { last.add(-amount) }
    func record(_ value: Int64) { last.set(Double(value)) }
    func record(_ value: Double) { last.set(value) }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] { [.init(labels: labels, value: last.value)] }
}

/// A histogram: a timer, in seconds, or a recorder that keeps all values.
final class HistogramInstrument: Instrument, TimerHandler, RecorderHandler {
    private struct Content {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let content: Mutex<Content>

    init(bounds: [Double]) {
        self.bounds = bounds
        content = Mutex(Content(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        // One NaN would make the sum useless for good.
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        content.withLock { content in
            content.counts[bucket] += 1
            content.sum += value
        }
    }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        let (counts, sum) = content.withLock { ($0.counts, $0.sum) }
        var family = MetricFamily(.histogram, "", help: "")
        family.add(counts: counts, bounds: bounds, sum: sum, labels)
        return family.samples
    }
}

/// A number that any thread may change.
private final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var before = bits.load(ordering: .relaxed)
        while true {
            let after = (Double(bitPattern: before) + amount).bitPattern
            let (exchanged, found) = bits.weakCompareExchange(expected: before, desired: after, ordering: .relaxed)
            if exchanged { return }
            before = found
        }
    }
}
