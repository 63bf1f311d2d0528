#!/usr/bin/env bash
# Fuzzes what reads a stranger's bytes, FUZZ_SECONDS (10) each target, one after the other. See docs/testing.md.
#
#     scripts/fuzz.sh              what reads gRPC's bytes; built in a minute
#     scripts/fuzz.sh --whole      the rest: a whole connection, the configuration; for them all libraries are built with a sanitizer
#     scripts/fuzz.sh NAME...      these targets; --whole first, if they are of the second kind
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/.build-fuzz
program=$out/wire/fuzz
flags=(-sanitize=fuzzer,address -use-ld=lld -g -swift-version 6 -enable-upcoming-feature MemberImportVisibility -parse-as-library)
# A Swift crash would otherwise be told by the runtime, in place of the fuzzer that keeps the input.
export SWIFT_BACKTRACE=enable=no

# Without SwiftPM: it would need libFuzzer's flags in the manifest, which a package that others depend on may not have.
build_wire() {
    local sources=../../Sources tests=../../Tests/FuzzTests maps
    cd "$out/wire"
    maps=(-Xcc "-fmodule-map-file=$sources/CZlib/module.modulemap")
    swiftc "${flags[@]}" "${maps[@]}" -O -wmo -emit-module-path GRPCWire.swiftmodule -module-name GRPCWire -o GRPCWire.o \
        -c $(find $sources/GRPCWire -name '*.swift')
    swiftc "${flags[@]}" "${maps[@]}" -O -I . -module-name FuzzTargets $tests/{LibFuzzer,FuzzTarget,Targets/Wire}.swift GRPCWire.o -lz -o fuzz
}

# From what the unit tests are linked of under AddressSanitizer, but for what runs them.
build_whole() {
    local built=.build-asan/debug
    scripts/sanitize.sh address --build-only
    grep -v 'streamhostPackage[A-Za-z]*\.build/' "$built/streamhostPackageTests.product/Objects.LinkFileList" > "$out/objects"
    swiftc "${flags[@]}" -D WHOLE_HOST -I "$built/Modules" -module-name FuzzProgram Tests/FuzzTests/LibFuzzer.swift "@$out/objects" \
        -L "$built" $(pkg-config --libs libnghttp2 zlib libffi) -o "$program"
}

mkdir -p "$out/wire" "$out/finds"
if [ "${1:-}" = --whole ]; then
    shift
    program=$out/fuzz-whole
    build_whole
else
    (build_wire)
fi

targets=("$@")
if [ $# = 0 ]; then
    # The program names its targets.
    mapfile -t targets < <("$program" 2>/dev/null)
fi
for target in "${targets[@]}"; do
    # What it learns is kept for the next time, beside the seeds.
    mkdir -p "$out/corpus/$target"
    log=$out/$target.log
    # To a file: a crash would hold a pipe open.
    if FUZZ_TARGET=$target "$program" "-max_total_time=${FUZZ_SECONDS:-10}" -timeout=10 -max_len=8192 -print_final_stats=1 \
        "-artifact_prefix=$out/finds/$target-" "$out/corpus/$target" "Tests/FuzzTests/Corpus/$target" > "$log" 2>&1; then
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, no find"
    else
        tail -40 "$log"
        echo "$target: a find, in $out/finds; its log is $log" >&2
        exit 1
    fi
done
