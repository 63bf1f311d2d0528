/// What projects of all languages have in common.
enum Templates {
    /// The interface. Its messages are ones that protobuf ships, so that nothing must be generated to begin with.
    static func proto(_ name: PluginName) -> String {
        """
        syntax = "proto3";

        package \(name.package);

        import "google/protobuf/wrappers.proto";

        // The messages are ones that protobuf ships, so there is no code to generate yet. Yours go here too.
        service \(name.service) {
          // Greets whom it is given.
          rpc SayHello(google.protobuf.StringValue) returns (google.protobuf.StringValue);
          // Counts from 1 to the number that it is given, one a second.
          rpc Count(google.protobuf.UInt32Value) returns (stream google.protobuf.StringValue);
        }

        """
    }

    /// A call of the unary method.
    static func hello(_ name: PluginName) -> String { call(name, "SayHello", "'\"world\"'") }

    /// A call of the streaming method.
    static func count(_ name: PluginName) -> String { call(name, "Count", "60") }

    private static func call(_ name: PluginName, _ method: String, _ data: String) -> String {
        "buf curl --schema Protos --protocol grpc --http2-prior-knowledge -d \(data) http://127.0.0.1:50051/\(name.fullService)/\(method)"
    }

    /// The README: `edit` says what to change to see a reload, `more` where to go from there.
    static func readme(_ name: PluginName, place: StreamHostPlace, build: String, library: String, edit: String, more: String) -> String {
        let path = place.installation.map { "\($0)/bin" } ?? "/path/to/streamhost/dist/bin"
        return """
            # \(name.text)

            The gRPC service `\(name.fullService)`, a plugin of streamhost. `Protos/\(name.protoFile)` is what clients see.

            ## Build and run

            `streamhost` and `streamctl` are taken to be in `PATH`:

                export PATH="\(path):$PATH"

            Then, in one terminal,

                \(build)

            in a second one

                streamhost --load \(library) --watch

            and from a third one, with `buf` (`pip install buf-bin`) or any other gRPC client:

                \(hello(name))

            ## Change it while it runs

            Start a call that takes its time:

                \(count(name))

            and while it counts, \(edit), and build again where you have built before:

                \(build)

            The host sees the new library and loads it; the call goes on where it was, in the new code, and the client notices nothing but the new
            word. Without `--watch`, `streamctl reload \(name.text)` does the same, and says what became of the calls. A build that is broken is
            refused, with the reason, and the old one serves on.

            ## From here

            \(more)

            """
    }
}
