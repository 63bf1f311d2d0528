#!/usr/bin/env bash
# The unit tests under ThreadSanitizer or AddressSanitizer: `scripts/sanitize.sh thread|address [arguments of swift test]`. See docs/testing.md.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-}
[ $# = 0 ] || shift

# Tests that crash a plugin on purpose want to see its signal. A find is an exit code of the process, and a test that fails.
common=handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:abort_on_error=0
case $kind in
thread)
    mkdir -p .build-tsan
    clang -shared -fPIC -O1 -Wall -Wextra -Werror -o .build-tsan/swift_mutex.so Tests/Sanitizers/swift_mutex.c -ldl
    build=(--scratch-path .build-tsan --sanitize=thread)
    export TSAN_OPTIONS=$common:suppressions=$PWD/Tests/Sanitizers/thread.supp:${TSAN_OPTIONS:-}
    preload=$PWD/.build-tsan/swift_mutex.so
    ;;
address)
    # With what a fuzzer looks at, so that scripts/fuzz.sh needs no build of its own.
    build=(--scratch-path .build-asan --sanitize=address
        -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table)
    export ASAN_OPTIONS=$common:${ASAN_OPTIONS:-}
    export LSAN_OPTIONS=suppressions=$PWD/Tests/Sanitizers/leak.supp:print_suppressions=0:${LSAN_OPTIONS:-}
    preload=
    ;;
*)
    echo "found \"$kind\", wanted thread or address" >&2
    exit 2
    ;;
esac

swift build "${build[@]}" --build-tests
[ "${1:-}" != --build-only ] || exit 0
# A Swift crash would otherwise be told by the runtime, slowly, in place of the sanitizer.
SWIFT_BACKTRACE=enable=no LD_PRELOAD=$preload swift test "${build[@]}" --skip-build "$@"
