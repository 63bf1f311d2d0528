// The few bytes of protobuf and gRPC that the client needs, written by hand: encoding is not what it measures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace load {

/// Length of the gRPC prefix: one flag byte, then the length in big-endian order.
constexpr size_t kPrefix = 5;

/// `protobuf` with the gRPC prefix of an uncompressed message.
std::string framed(std::string_view protobuf);

/// bench.Payload { bytes data = 1 } of `size` bytes; nothing at all when empty, as proto3 has it.
std::string bench_payload(size_t size);

/// bench.StreamReq { int32 count = 1; int32 size = 2 }.
std::string bench_stream_request(uint64_t count, uint64_t size);

/// bench.Summary { int64 messages = 1; int64 bytes = 2 }.
struct Summary {
    uint64_t messages = 0;
    uint64_t bytes = 0;
};

/// Nothing when the bytes are no Summary.
std::optional<Summary> parse_summary(std::string_view protobuf);

/// A length-delimited field (string, bytes).
std::string bytes_field(unsigned number, std::string_view value);

/// "0a01ff" -> bytes. Nothing when it isn't hex.
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace load
