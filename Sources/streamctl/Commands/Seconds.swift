import ArgumentParser

/// Durations on the command line.
enum Seconds {
    static let most = 86_400.0

    static func check(_ value: Double, _ flag: String, atLeast least: Double = 0) throws {
        guard !(least...most).contains(value) else { return }
        throw ValidationError("found \(flag) \(value); wanted seconds, from \(shown(least)) to \(shown(most))")
    }

    private static func shown(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
