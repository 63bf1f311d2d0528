#!/usr/bin/env bash
# Measures what idle JoinChat streams and idle connections cost streamhost in memory. See README.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<'END'
usage: memory.sh [--streams N] [--rooms N] [--connections N] [--hold S] [--json FILE]

Resident memory of streamhost with libchat.so for each idle JoinChat stream, and for each idle connection.

  --streams N       JoinChat streams (10000), over as many connections as 900 streams on each need
  --rooms N         chat rooms that they are spread over (100)
  --connections N   idle connections (1000)
  --hold S          how long all are held once the host is quiet (3)
  --json FILE       keep the figures, one JSON object a line
END
}

streams=10000 rooms=100 connections=1000 hold=3 json=''
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --streams | --rooms | --connections | --hold | --json) ;;
        *) echo "memory.sh: '$1' is no option" >&2; usage >&2; exit 2 ;;
    esac
    [ $# -ge 2 ] || { echo "memory.sh: $1 needs a value" >&2; exit 2; }
    [ "$1" = --json ] || [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || { echo "memory.sh: $1 is '$2'; wanted a whole number" >&2; exit 2; }
    case $1 in
        --streams) streams=$2 ;;
        --rooms) rooms=$2 ;;
        --connections) connections=$2 ;;
        --hold) hold=$2 ;;
        --json) json=$(realpath -m "$2") ;;
    esac
    shift 2
done

need_streamhost plugins/libchat.so
need_packages g++ make pkg-config libnghttp2-dev jq
build_tools load
on_server=() on_load=()  # nothing is timed here

# A connection is a descriptor, on both sides.
want=$((connections + 200))
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt "$want" ]; then
    ulimit -n "$want" 2>/dev/null ||
        die "--connections $connections needs 'ulimit -n' of $want; it is $(ulimit -n), and $(ulimit -Hn) at most"
fi

results=$build/memory.jsonl
: >"$results"

# measure NAME OPTION...: a fresh host, warmed up with a few calls so that what it makes once isn't counted.
measure() {
    local name=$1 line
    shift
    start_streamhost "memory-$name" libchat.so
    local join=(--path /chat.ChatService/JoinChat --number 1:1000000 --number 2:"$rooms")
    timeout 60 "$build/load" --port "$server_port" --idle 100 --connections 4 "${join[@]}" --hold 0.2 >/dev/null ||
        die "the warm-up failed: see $build/memory-$name.log"
    line=$(timeout $((hold + 180)) "$build/load" --port "$server_port" --pid "$server_pid" --hold "$hold" "${join[@]}" "$@") ||
        die "$name failed: ${line:-no answer}; see $build/memory-$name.log"
    stop_servers
    jq -c --arg what "$name" '{what: $what} + .' <<<"$line" >>"$results"
}

# JoinRequest { username = 1, room_id = 2 }: each stream is a user of its own, and room = number modulo rooms.
measure streams --idle "$streams" --connections $(((streams + 899) / 900))
measure connections --idle-connections "$connections"
[ -z "$json" ] || cp "$results" "$json"

echo "$(machine)."
echo
jq -rs '
  def kib: (. * 100 | round) as $h | "\($h / 100 | floor).\(($h % 100 + 100) | tostring | .[1:])";
  def row($name; $each; $target; $n; $from; $to):
    "| \($name) | \($n) | \($from) | \($to) | \($each | kib) | \($target)\(if $each > $target then ": over" else "" end) |";
  "| idle | open | RSS before, KiB | RSS with them, KiB | KiB each | target |",
  "| --- | ---: | ---: | ---: | ---: | ---: |",
  (.[] | if .what == "streams"
    then row("JoinChat stream"; .kib_per_stream; 4; .streams; .rss_connected_kib; .rss_held_kib)
    else row("connection"; .kib_per_connection; 32; .connections; .rss_before_kib; .rss_connected_kib) end)
' "$results"
echo
answered=$(jq -r 'select(.what == "streams") | .streams_answered' "$results")
echo "Streams: $streams in $rooms rooms; $answered of them have had a message."
