/// Writes Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
public enum PrometheusText {
    /// The format's media type.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The families, in this order; those without series are left out.
    public static func encode(_ families: [MetricFamily]) -> [UInt8] {
        var text: [UInt8] = []
        for family in families where !family.isEmpty {
            write("# HELP \(family.name) ", &text)
            write(escaped: family.help, quotes: false, &text)
            write("\n# TYPE \(family.name) \(family.kind.rawValue)\n", &text)
            for sample in family.samples { write(sample, of: family.name, &text) }
        }
        return text
    }

    private static func write(_ sample: MetricFamily.Sample, of name: String, _ text: inout [UInt8]) {
        write(name, &text)
        write(sample.suffix, &text)
        if !sample.labels.isEmpty {
            for (index, label) in sample.labels.enumerated() {
                write(index == 0 ? "{" : ",", &text)
                write(label.name, &text)
                write("=\"", &text)
                write(escaped: label.value, quotes: true, &text)
                write("\"", &text)
            }
            write("}", &text)
        }
        write(" \(number(sample.value))\n", &text)
    }

    /// As Go's ParseFloat reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func write(_ piece: String, _ text: inout [UInt8]) { text.append(contentsOf: piece.utf8) }

    private static func write(escaped piece: String, quotes: Bool, _ text: inout [UInt8]) {
        for byte in piece.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): write(#"\\"#, &text)
            case UInt8(ascii: "\n"): write(#"\n"#, &text)
            case UInt8(ascii: "\"") where quotes: write(#"\""#, &text)
            default: text.append(byte)
            }
        }
    }
}
