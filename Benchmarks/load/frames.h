// The layout of HTTP/2 frames (RFC 9113, 4.1 and 6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace load {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kFrameHeader = 9;
constexpr size_t kLargestFrame = 16384;  // the least that every peer takes, and the most that we say we take
constexpr int64_t kLargestWindow = 0x7fffffff;
constexpr int64_t kDefaultWindow = 65535;

enum class FrameType : uint8_t {
    data = 0, headers = 1, priority = 2, rst_stream = 3, settings = 4, push_promise = 5, ping = 6, goaway = 7,
    window_update = 8, continuation = 9,
};

enum FrameFlag : uint8_t { kEndStream = 0x1, kAck = 0x1, kEndHeaders = 0x4, kPadded = 0x8, kPriority = 0x20 };

enum class Setting : uint16_t {
    header_table_size = 1, enable_push = 2, max_concurrent_streams = 3, initial_window_size = 4, max_frame_size = 5,
};

struct Frame {
    FrameType type;
    uint8_t flags;
    uint32_t stream;
    const uint8_t* payload;
    size_t length;
};

inline uint32_t read_32(const uint8_t* in) {
    return uint32_t(in[0]) << 24 | uint32_t(in[1]) << 16 | uint32_t(in[2]) << 8 | in[3];
}

inline void write_32(uint8_t* out, uint32_t value) {
    for (int i = 3; i >= 0; --i, value >>= 8) out[i] = uint8_t(value);
}

inline void write_frame_header(uint8_t* out, size_t length, FrameType type, uint8_t flags, uint32_t stream) {
    write_32(out, uint32_t(length) << 8 | uint8_t(type));
    out[4] = flags;
    write_32(out + 5, stream);
}

}  // namespace load
