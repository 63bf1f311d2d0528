# What run.sh and memory.sh share: packages, the build, and servers that are started, found and ended by their pid.
# Sourced; needs bash and `set -euo pipefail`.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
build=$top/.build-bench
dist=$top/dist

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# Installs the Debian packages given that are missing, or says which they are.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "missing Debian packages: ${missing[*]}. As root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null || die "this is no Debian: install what these packages hold: ${missing[*]}"
    echo "installing ${missing[*]}" >&2
    # No terminal of ours for apt's questions, and nothing of it in the report.
    if ! { "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"; } >&2 </dev/null; then
        die "apt-get could not install: ${missing[*]}. Install them and run this again"
    fi
}

# Builds the target given: load, peers or all.
build_tools() {
    mkdir -p "$build"
    nice make --no-print-directory -s -C "$here" OUT="$build" "$1" >&2 || die "the build in $here failed"
}

need_streamhost() {
    local file
    for file in bin/streamhost "$@"; do
        [ -e "$dist/$file" ] || die "dist/$file is not there: run 'make dist' first"
    done
}

# Sets `on_server` and `on_load` to the command prefixes that pin to one core each; empty where that isn't possible.
choose_cores() {
    on_server=() on_load=()
    if [ "$(nproc)" -lt 2 ]; then
        echo "This machine gives one core only: server and load can't be pinned to one each, and share it." >&2
    elif ! taskset -c 0 true 2>/dev/null || ! taskset -c 1 true 2>/dev/null; then
        echo "Cores 0 and 1 are not both ours: server and load are not pinned." >&2
    else
        on_server=(taskset -c 0) on_load=(taskset -c 1)
    fi
}

servers=()  # pids of what start_server has started

# start_server NAME COMMAND...: runs it in a folder of its own, and waits until its log names the port.
# Sets `server_pid` and `server_port`. The command must exec, not fork, so that the pid is the server's.
start_server() {
    local name=$1 log=$build/$1.log scratch=$build/$1.scratch
    shift
    rm -rf "$scratch"
    mkdir -p "$scratch"
    (cd "$scratch" && exec "$@") >"$log" 2>&1 </dev/null &
    server_pid=$!
    servers+=("$server_pid")
    local try
    for try in $(seq 200); do
        server_port=$(sed -nE 's/.*listening on 127\.0\.0\.1:([0-9]+).*/\1/p' "$log" | head -n 1)
        [ -z "$server_port" ] || return 0
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$log" >&2
    die "$name did not start (its log is above, and in $log)"
}

# start_streamhost NAME PLUGIN: the host with one plugin, on a port of the system's choice.
start_streamhost() {
    start_server "$1" "${on_server[@]}" "$dist/bin/streamhost" --load "$dist/plugins/$2" --listen 127.0.0.1:0
}

# Ends the servers: SIGTERM, and SIGKILL for those that are still there after 5 s.
stop_servers() {
    local pid try
    for pid in "${servers[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${servers[@]}"; do
        for try in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    servers=()
}
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What the figures were read on; they mean nothing elsewhere.
machine() {
    local model
    model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    echo "${model:-$(uname -m)}, $(nproc) cores, Linux $(uname -r), $(date -u +%F)"
}
