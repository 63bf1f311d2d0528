/// All series of one name, as Prometheus reads them.
public struct MetricFamily: Sendable, Equatable {
    /// What the values mean.
    public enum Kind: String, Sendable {
        /// A sum that only grows, from the start of what counts.
        case counter
        /// A value that goes up and down.
        case gauge
        /// Values by how large they were.
        case histogram
    }

    /// A label's name and its value.
    public struct Label: Sendable, Equatable {
        /// The name, as Prometheus allows it.
        public let name: String
        /// Any text.
        public let value: String

        /// A label. What a name can't have becomes `_`.
        public init(_ name: String, _ value: String) {
            self.name = MetricName.label(name)
            self.value = value
        }
    }

    /// A line of the text.
    struct Sample: Sendable, Equatable {
        /// Behind the family's name: `_bucket`, `_sum`, `_count` of histograms.
        var suffix = ""
        var labels: [Label]
        var value: Double
    }

    /// The name, with its unit at the end.
    public let name: String
    /// What the values mean.
    public let kind: Kind
    /// What it is, for a person.
    public let help: String
    private(set) var samples: [Sample] = []

    /// A family without series. What a name can't have becomes `_`.
    public init(_ kind: Kind, _ name: String, help: String) {
        self.kind = kind
        self.name = MetricName.metric(name)
        self.help = help
    }

    /// Whether there are no series.
    public var isEmpty: Bool { samples.isEmpty }

    /// Adds a series of a counter or a gauge; its labels are written in this order.
    public mutating func add(_ value: Double, _ labels: [Label] = []) {
        samples.append(Sample(labels: labels, value: value))
    }

    /// The same.
    public mutating func add(_ value: Int, _ labels: [Label] = []) {
        add(Double(value), labels)
    }

    /// Adds a series of a histogram.
    /// - Parameters:
    ///   - counts: How many values were up to each bound and above the one before; and those above all, one more than there are bounds.
    ///   - bounds: Upper bounds, ascending.
    ///   - sum: All values together.
    public mutating func add(counts: [Int], bounds: [Double], sum: Double, _ labels: [Label] = []) {
        var total = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? PrometheusText.number(bounds[index]) : "+Inf"
            samples.append(Sample(suffix: "_bucket", labels: labels + [Label("le", bound)], value: Double(total)))
        }
        samples.append(Sample(suffix: "_sum", labels: labels, value: sum))
        samples.append(Sample(suffix: "_count", labels: labels, value: Double(total)))
    }

    mutating func add(_ samples: [Sample]) { self.samples += samples }
}
