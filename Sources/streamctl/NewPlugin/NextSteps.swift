/// What is said when a project was written.
enum NextSteps {
    static func lines(
        _ name: PluginName,
        _ language: NewPluginCommand.Language,
        _ project: Project,
        folder: String,
        place: StreamHostPlace
    ) -> [String] {
        var lines = ["wrote \(folder):"] + project.files.map { "  \($0.path)" } + [""]
        lines += advice(language, place)
        lines += ["Next:"]
        if let installation = place.installation { lines.append("  export PATH=\"\(installation)/bin:$PATH\"") }
        return lines + [
            "  cd \(folder)",
            "  \(project.build)",
            "and from other terminals, in the same folder:",
            "  streamhost --load \(project.library) --watch",
            "  \(Templates.hello(name))",
            "README.md goes on from there.",
        ]
    }

    /// What is missing, and what to do about it.
    private static func advice(_ language: NewPluginCommand.Language, _ place: StreamHostPlace) -> [String] {
        switch language {
        case .swift where place.checkout == nil:
            [
                "No checkout of streamhost was found from where streamctl lies, and a Swift plugin is built against one: it has the SDK.",
                "Package.swift has a placeholder, \(SwiftProject.placeholder): put the address of streamhost's repository there,",
                "or begin anew with --streamhost PATH.",
                "",
            ]
        case .c where place.installation == nil:
            [
                "No installation of streamhost was found from where streamctl lies: build it with \"make dist\" in its checkout, and give the Makefile",
                "its place: make STREAMHOST=/path/to/streamhost/dist",
                "",
            ]
        case .swift, .c: []
        }
    }
}
