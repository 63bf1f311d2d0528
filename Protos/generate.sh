#!/usr/bin/env bash
# Writes the Swift code and the descriptor sets of Protos/ into the plugins, and the messages that the host, the SDK and tools have. Run it
# after a change of a .proto, and commit what it writes. Needs protoc (Debian: protobuf-compiler); protoc-gen-swift and
# protoc-gen-grpc-swift-2 are built from the package's own dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."

for product in protoc-gen-swift protoc-gen-grpc-swift-2; do
    swift build -c release --product "$product" -Xswiftc -enforce-exclusivity=unchecked
done
bin=$(swift build -c release --show-bin-path)
generator=$bin/protoc-gen-swift

# messages FOLDER [OPTION...] PROTO...
messages() {
    local folder=$1
    shift
    protoc -IProtos --plugin="$generator" --swift_opt=FileNaming=DropPath --swift_out="$folder" "$@"
}

# descriptors PROTO FOLDER TYPE
descriptors() {
    local proto=$1 folder=$2 type=$3
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

# generate PROTO FOLDER TYPE
generate() {
    messages "$2" "$1.proto"
    descriptors "$1" "$2" "$3"
}

# The admin service's messages are the host's and the client's alike.
protoc -IProtos --plugin="$generator" --swift_opt=Visibility=Public --swift_out=Sources/AdminAPI admin.proto
# The client alone is gRPC Swift's: the host serves by itself.
protoc -IProtos --plugin="$bin/protoc-gen-grpc-swift-2" --grpc-swift-2_out=Sources/StreamHostClient \
    --grpc-swift-2_opt=Client=true,Server=false,Visibility=Internal,ExtraModuleImports=AdminAPI admin.proto

messages Sources/StreamHostPlugin/Status google/rpc/status.proto
# Both versions of reflection have the same messages: one is enough.
messages Sources/StandardAPI --swift_opt=Visibility=Public grpc/health/v1/health.proto grpc/reflection/v1/reflection.proto
descriptors grpc/health/v1/health Sources/HostCore/Reflection/Descriptors HealthDescriptors
descriptors grpc/reflection/v1/reflection Sources/HostCore/Reflection/Descriptors ReflectionDescriptors
descriptors grpc/reflection/v1alpha/reflection Sources/HostCore/Reflection/Descriptors ReflectionAlphaDescriptors

generate stock_stream Plugins/Stock StockDescriptors
generate file_upload Plugins/File FileDescriptors
generate chat Plugins/Chat ChatDescriptors
generate bench Plugins/Examples/Bench BenchDescriptors

messages Plugins/Interop/Messages grpc/testing/empty.proto grpc/testing/messages.proto \
    xds/data/orca/v3/orca_load_report.proto xds/service/orca/v3/orca.proto
descriptors grpc/testing/test Plugins/Interop/Messages TestDescriptors
descriptors xds/service/orca/v3/orca Plugins/Interop/Messages OrcaDescriptors

# The launcher and the plugin speak of the same things.
messages Sources/ConformanceAPI --swift_opt=Visibility=Package connectrpc/conformance/v1/config.proto \
    connectrpc/conformance/v1/server_compat.proto connectrpc/conformance/v1/service.proto
descriptors connectrpc/conformance/v1/service Plugins/Conformance ConformanceDescriptors
