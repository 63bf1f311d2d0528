/// One scalar key of the configuration: where it is in the file, what it may be, and which property it sets.
///
/// The table ``all`` is the only place that knows the keys; the file's check, the environment's names, the reading and
/// the schema's test are derived from it. Listeners, plugins and their folders are lists of objects, which swift-configuration can't
/// hold, so they are not settings.
struct Setting: Sendable {
    typealias Field<Value> = any WritableKeyPath<HostConfiguration, Value> & Sendable

    /// The keys from the top of the file, such as `limits`, `maxConnections`. At most two.
    let path: [String]

    let kind: Kind

    enum Kind: Sendable {
        case integer(Field<Int>, ClosedRange<Int>)
        case number(Field<Double>, ClosedRange<Double>)
        case choice(Choice)
        case bool(Field<Bool>)
        case text(Field<String>)
        /// An address to listen on, or `off`.
        case address(Field<String>)
    }

    init(_ path: String..., kind: Kind) {
        self.path = path
        self.kind = kind
    }

    var jsonPath: JSONPath {
        path.reduce(.root) { $0.key($1) }
    }
}

extension Setting {
    /// One of a few words.
    struct Choice: Sendable {
        let words: [String]
        let get: @Sendable (HostConfiguration) -> String
        let set: @Sendable (inout HostConfiguration, String) -> Void

        init<Value: RawRepresentable<String> & CaseIterable & SendableMetatype>(_ field: Field<Value>) {
            self.words = Value.allCases.map(\.rawValue)
            self.get = { $0[keyPath: field].rawValue }
            self.set = { configuration, word in
                if let value = Value(rawValue: word) {
                    configuration[keyPath: field] = value
                }
            }
        }
    }
}
