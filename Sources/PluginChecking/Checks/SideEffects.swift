/// What a function did to the process besides answering.
struct SideEffects {
    private let context: CheckContext
    private let threads: Set<String>
    private let files: [String: String]

    /// Before the function is called.
    init(_ context: CheckContext) {
        self.context = context
        threads = ProcessState.threads()
        files = ProcessState.openFiles()
    }

    /// After it.
    func found() -> String? {
        let begun = ProcessState.threads().subtracting(threads).count
        if begun > 0 { return "started \(begun == 1 ? "a thread" : "\(begun) threads")" }
        let opened = ProcessState.openFiles().filter { files[$0.key] != $0.value }
        return opened.first.map { "left \($0.value) open" }
    }
}
