/// A plugin in C: one file, and streamhost's header.
enum CProject {
    static func make(_ name: PluginName, _ place: StreamHostPlace) -> Project {
        Project(
            files: [
                .init(path: "plugin.c", text: CSource.text(name)),
                .init(path: "Makefile", text: makefile(name, place)),
                .init(path: "Protos/\(name.protoFile)", text: Templates.proto(name)),
                .init(
                    path: "README.md",
                    text: Templates.readme(
                        name,
                        place: place,
                        build: "make",
                        library: name.library,
                        edit: "change `GREETING` in `plugin.c`",
                        more: more
                    )
                ),
                .init(path: ".gitignore", text: "*.so\n*.so.new\ndata/\n"),
            ],
            build: "make",
            library: name.library
        )
    }

    private static func makefile(_ name: PluginName, _ place: StreamHostPlace) -> String {
        #"""
        # Builds the plugin with nothing but a C compiler and streamhost's header, which is found through pkg-config.
        PLUGIN := \#(name.library)
        CC ?= cc
        CFLAGS ?= -O2 -g
        PKG_CONFIG ?= pkg-config
        # Where streamhost is installed, or the dist folder of its checkout. One that pkg-config knows by itself is found too.
        STREAMHOST ?= \#(place.installation ?? "/usr/local")

        find := PKG_CONFIG_PATH="$(STREAMHOST)/lib/pkgconfig:$$PKG_CONFIG_PATH" $(PKG_CONFIG)

        $(PLUGIN): plugin.c Makefile
        	@$(find) --exists streamhost || { \
        	    echo "streamhost's header was not found: there is no streamhost.pc in $(STREAMHOST)/lib/pkgconfig, nor where pkg-config looks." >&2; \
        	    echo "Say where streamhost is installed: make STREAMHOST=/path/to/streamhost/dist" >&2; \
        	    echo "(made by \"make dist\" in its checkout; pkg-config itself is Debian's package pkg-config)." >&2; \
        	    exit 1; }
        	$(CC) -std=c11 -Wall -Wextra $(CFLAGS) -fPIC -fvisibility=hidden -shared $$($(find) --cflags streamhost) -o $@.new plugin.c
        	@# Put in place whole, so that nobody sees half of it.
        	@mv -f $@.new $@

        clean:
        	rm -f $(PLUGIN) $(PLUGIN).new

        .PHONY: clean

        """#
    }

    private static let more = """
        - The header, `streamhost/plugin.h`, is the whole interface; streamhost's `docs/plugin-abi.md` tells it as a story.
        - Messages of your own: any protobuf library for C will do (`protobuf-c`, `nanopb`, `upb`); the host hands over their bytes.
        - Settings: what `hostconfig.json` has as the plugin's `config` is the JSON text that `create` gets.
        - State that outlives a reload: `save` and `restore` of `sh_plugin`.
        """
}
