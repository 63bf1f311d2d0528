#!/usr/bin/env bash
# Lays out the installation: layout.sh BIN-PATH ROOT [PLUGINS-FOLDER]. The files are put in place whole (renamed in), so that a running
# host's are never overwritten.
set -euo pipefail

bin=$1 root=$2 plugins=$3
put() {
    mkdir -p "$(dirname "$2")"
    cp "$1" "$2.new"
    mv -f "$2.new" "$2"
}

put "$bin/streamhost" "$root/bin/streamhost"
put "$bin/streamctl" "$root/bin/streamctl"
put "$bin/streamhost-conformance" "$root/bin/streamhost-conformance"
for name in stock file chat bench interop conformance; do put "$bin/lib$name.so" "$plugins/lib$name.so"; done
put "$bin/libecho-c.so" "$plugins/libecho-c.so"
put Sources/CStreamHost/include/streamhost/plugin.h "$root/include/streamhost/plugin.h"

# For `pkg-config --cflags streamhost`. Everything is told from where the file lies, so the folder may be moved.
mkdir -p "$root/lib/pkgconfig"
version=$(sed -nE 's/^public let hostVersion = "(.*)"$/\1/p' Sources/HostCore/Version.swift)
cat >"$root/lib/pkgconfig/streamhost.pc.new" <<END
prefix=\${pcfiledir}/../..
includedir=\${prefix}/include
pluginsdir=\${prefix}${plugins#"$root"}

Name: streamhost
Description: The C ABI between streamhost and its service plugins
Version: ${version:?Sources/HostCore/Version.swift has no line: public let hostVersion = "..."}
Cflags: -I\${includedir}
END
mv -f "$root/lib/pkgconfig/streamhost.pc.new" "$root/lib/pkgconfig/streamhost.pc"
