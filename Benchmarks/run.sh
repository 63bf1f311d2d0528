#!/usr/bin/env bash
# Measures streamhost beside gRPC C++ in one sitting, and prints a table. See README.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'END'
usage: run.sh [--rounds N] [--seconds S] [--quick] [--json FILE] [--only KIND]... [--no-peer]

Messages a second and server CPU a message of bench.Bench, one core for the server and one for the load:
gRPC C++ async, streamhost with the C plugin, streamhost with the Swift plugin.

  --rounds N    rounds, interleaved; the table has their medians (3)
  --seconds S   measured time of each run (3)
  --quick       one round of one second
  --json FILE   keep each run's figures, one JSON object a line
  --only KIND   only this kind (unary, server-stream, client-stream, bidi); may be repeated
  --no-peer     without gRPC C++, so without ratios
END
}

rounds=3 seconds=3 json='' kinds=() peer=yes
while [ $# -gt 0 ]; do
    case $1 in
        --rounds | --seconds | --json | --only)
            [ $# -ge 2 ] || { echo "run.sh: $1 needs a value" >&2; exit 2; }
            case $1 in
                --rounds) rounds=$2 ;;
                --seconds) seconds=$2 ;;
                --json) json=$(realpath -m "$2") ;;
                --only) kinds+=("$2") ;;
            esac
            shift 2 ;;
        --quick) rounds=1 seconds=1; shift ;;
        --no-peer) peer=no; shift ;;
        --help | -h) usage; exit 0 ;;
        *) echo "run.sh: '$1' is no option" >&2; usage >&2; exit 2 ;;
    esac
done
[[ $rounds =~ ^[1-9][0-9]?$ ]] || { echo "run.sh: --rounds is '$rounds'; wanted 1 to 99" >&2; exit 2; }
[[ $seconds =~ ^[0-9]{1,3}([.][0-9]+)?$ ]] || { echo "run.sh: --seconds is '$seconds'; wanted up to 600" >&2; exit 2; }
[ ${#kinds[@]} -gt 0 ] || kinds=(unary server-stream client-stream bidi)
for kind in "${kinds[@]}"; do
    [[ $kind =~ ^(unary|server-stream|client-stream|bidi)$ ]] || { echo "run.sh: --only is '$kind'" >&2; exit 2; }
done

need_streamhost plugins/libecho-c.so plugins/libbench.so
need_packages g++ make pkg-config libnghttp2-dev jq util-linux
build_tools load
if [ $peer = yes ]; then
    need_packages libgrpc++-dev protobuf-compiler protobuf-compiler-grpc
    build_tools peers
fi
choose_cores

# All servers run from beginning to end; those that aren't measured are idle.
export STREAMHOST_THREADS=1
names=() pids=() ports=()
started() {
    names+=("$1")
    pids+=("$server_pid")
    ports+=("$server_port")
}
if [ $peer = yes ]; then
    start_server grpc-cpp "${on_server[@]}" "$build/grpc-cpp-async" 0 1
    started 'gRPC C++ async'
fi
start_streamhost streamhost-c libecho-c.so
started 'streamhost, C plugin'
start_streamhost streamhost-swift libbench.so
started 'streamhost, Swift plugin'

results=$build/results.jsonl
: >"$results"
limit=$(awk "BEGIN { print int($seconds) + 30 }")
for round in $(seq "$rounds"); do
    for kind in "${kinds[@]}"; do
        for i in "${!names[@]}"; do
            echo "round $round of $rounds: $kind, ${names[i]}" >&2
            line=$(timeout "$limit" "${on_load[@]}" "$build/load" --kind "$kind" --port "${ports[i]}" --pid "${pids[i]}" \
                --connections 4 --streams 32 --payload 32 --seconds "$seconds" --warm-up 0.5) ||
                die "$kind on ${names[i]} failed: ${line:-no answer in $limit s}"
            jq -c --arg server "${names[i]}" --argjson round "$round" '{server: $server, round: $round} + .' \
                <<<"$line" >>"$results"
        done
    done
done
[ -z "$json" ] || cp "$results" "$json"

echo "$(machine)."
echo "$("$dist/bin/streamhost" --version 2>/dev/null || echo streamhost)," \
    "one server thread; $([ ${#on_load[@]} -gt 0 ] && echo 'server on core 0, load on core 1' || echo 'not pinned');" \
    "4 connections x 32 streams, 32-byte payload; medians of $rounds rounds of $seconds s."
echo
jq -rs -f "$here/table.jq" "$results"
