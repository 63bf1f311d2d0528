#!/usr/bin/env bash
# Fuzzes what reads a stranger's bytes, FUZZ_SECONDS (10) each target, one after the other; or those that are named. See docs/testing.md.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.build-fuzz/wire
program=$out/fuzz
flags=(-sanitize=fuzzer,address -g -swift-version 6 -enable-upcoming-feature MemberImportVisibility -parse-as-library)
# A Swift crash would otherwise be told by the runtime, in place of the fuzzer that keeps the input.
export SWIFT_BACKTRACE=enable=no

mkdir -p $out/finds
# Without SwiftPM: it would need libFuzzer's flags in the manifest, which a package that others depend on may not have.
(
    cd $out
    sources=../../Sources
    maps=(-Xcc -fmodule-map-file=$sources/CZlib/module.modulemap)
    swiftc "${flags[@]}" "${maps[@]}" -O -wmo -emit-module-path GRPCWire.swiftmodule -module-name GRPCWire -o GRPCWire.o \
        -c $(find $sources/GRPCWire -name '*.swift')
    # gold, the default, warns of each of AddressSanitizer's functions.
    swiftc "${flags[@]}" "${maps[@]}" -use-ld=lld -O -I . -module-name FuzzTargets \
        ../../Tests/FuzzTests/{LibFuzzer,Targets/Wire}.swift GRPCWire.o -lz -o fuzz
)

targets=("$@")
if [ $# = 0 ]; then targets=(base64 deframer inflater percent request-head timeout); fi
for target in "${targets[@]}"; do
    # What it learns is kept for the next time, beside the seeds.
    mkdir -p "$out/corpus/$target"
    log=$out/$target.log
    # To a file: a crash would hold a pipe open.
    if FUZZ_TARGET=$target $program "-max_total_time=${FUZZ_SECONDS:-10}" -timeout=10 -max_len=8192 -print_final_stats=1 \
        "-artifact_prefix=$out/finds/$target-" "$out/corpus/$target" "Tests/FuzzTests/Corpus/$target" > "$log" 2>&1; then
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, no find"
    else
        tail -40 "$log"
        echo "$target: a find, in $out/finds; its log is $log" >&2
        exit 1
    fi
done
