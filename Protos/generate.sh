#!/usr/bin/env bash
# Writes the Swift code and the descriptor sets of Protos/*.proto into the plugins. Run it after a change of a .proto, and commit what it
# writes. Needs protoc (Debian: protobuf-compiler); protoc-gen-swift is built from the package's own swift-protobuf.
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product protoc-gen-swift -Xswiftc -enforce-exclusivity=unchecked
generator=$(swift build -c release --show-bin-path)/protoc-gen-swift

# generate PROTO FOLDER TYPE
generate() {
    local proto=$1 folder=$2 type=$3
    protoc -IProtos --plugin="$generator" --swift_out="$folder" "$proto.proto"
    local set
    set=$(mktemp)
    protoc -IProtos --include_imports --descriptor_set_out="$set" "$proto.proto"
    {
        echo "// Made by Protos/generate.sh out of Protos/$proto.proto: do not edit."
        echo
        echo "/// The serialized FileDescriptorSet of $proto.proto, for reflection."
        echo "enum $type {"
        echo "    static let fileDescriptorSet: [UInt8] = ["
        od -An -v -tu1 -w20 "$set" | sed -E 's/ +/ /g; s/^ //; s/ ?$/,/; s/ /, /g; s/^/        /'
        echo "    ]"
        echo "}"
    } >"$folder/$type.swift"
    rm -f "$set"
}

# The admin service's messages are the host's and the client's alike.
protoc -IProtos --plugin="$generator" --swift_opt=Visibility=Public --swift_out=Sources/AdminAPI admin.proto

generate stock_stream Plugins/Stock StockDescriptors
generate file_upload Plugins/File FileDescriptors
generate chat Plugins/Chat ChatDescriptors
generate bench Plugins/Examples/Bench BenchDescriptors
