#!/usr/bin/env bash
# Installs what a build needs (or, with "test", what the tests need too) and is missing, from Debian. Says exactly what is missing where
# it can't.
set -euo pipefail

packages=(gcc libc6-dev libstdc++-12-dev make pkg-config libnghttp2-dev libffi-dev zlib1g-dev)
if [ "${1:-build}" = test ]; then
    packages+=(python3 python3-venv nghttp2-client g++ libgrpc++-dev protobuf-compiler-grpc)
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    run=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
            echo "missing packages: ${missing[*]}" >&2
            echo "install them as root: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        run=(sudo)
    fi
    echo "installing ${missing[*]}"
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! command -v swift >/dev/null; then
    echo "missing: swift. Wanted a Swift 6.3 toolchain in PATH; see https://www.swift.org/install/linux/" >&2
    exit 1
fi
found=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -1)
if [ "$(printf '%s\n6.3\n' "$found" | sort -V | head -1)" != 6.3 ]; then
    echo "found Swift $found; wanted 6.3 or later; see https://www.swift.org/install/linux/" >&2
    exit 1
fi
