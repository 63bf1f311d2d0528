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
for name in stock file chat bench; do put "$bin/lib$name.so" "$plugins/lib$name.so"; done
put "$bin/libecho-c.so" "$plugins/libecho-c.so"
put Sources/CStreamHost/include/streamhost/plugin.h "$root/include/streamhost/plugin.h"
