/// Names as Prometheus' data model has them (prometheus.io/docs/concepts/data_model).
enum MetricName {
    /// A metric's name: letters, digits, `_` and `:`, and no digit first.
    static func metric(_ text: String) -> String { name(text, takesColon: true) }

    /// A label's name: the same without `:`.
    static func label(_ text: String) -> String { name(text, takesColon: false) }

    private static func name(_ text: String, takesColon: Bool) -> String {
        var name = String(
            text.unicodeScalars.map { scalar -> Character in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
                case ":" where takesColon: ":"
                default: "_"
                }
            }
        )
        if name.first.map({ $0.isNumber }) ?? true { name = "_" + name }
        return name
    }
}
