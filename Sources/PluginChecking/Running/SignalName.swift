import Glibc

/// Signals as people know them.
enum SignalName {
    static func of(_ number: Int32) -> String {
        let names: [Int32: String] = [
            SIGSEGV: "SIGSEGV (an address that isn't mapped)", SIGBUS: "SIGBUS (a bad address)", SIGILL: "SIGILL (a trap)",
            SIGTRAP: "SIGTRAP (a trap)", SIGFPE: "SIGFPE (a division by zero)", SIGABRT: "SIGABRT (abort)", SIGKILL: "SIGKILL",
            SIGPIPE: "SIGPIPE", SIGTERM: "SIGTERM", SIGALRM: "SIGALRM", SIGSYS: "SIGSYS",
        ]
        return names[number] ?? "signal \(number)"
    }
}
