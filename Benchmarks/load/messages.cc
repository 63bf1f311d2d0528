#include "messages.h"

namespace load {
namespace {

constexpr unsigned kVarint = 0, kLengthDelimited = 2;  // protobuf wire types

void append_varint(std::string& out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += char(value | 0x80);
    out += char(value);
}

void append_varint_field(std::string& out, unsigned number, uint64_t value) {
    if (value == 0) return;  // proto3 leaves defaults out
    append_varint(out, number << 3 | kVarint);
    append_varint(out, value);
}

std::optional<uint64_t> take_varint(std::string_view& in) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
        const auto byte = uint8_t(in.front());
        in.remove_prefix(1);
        value |= uint64_t(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

}  // namespace

std::string framed(std::string_view protobuf) {
    std::string out(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8) out += char(protobuf.size() >> shift);
    return out.append(protobuf);
}

std::string bytes_field(unsigned number, std::string_view value) {
    std::string out;
    append_varint(out, number << 3 | kLengthDelimited);
    append_varint(out, value.size());
    return out.append(value);
}

std::string bench_payload(size_t size) {
    if (size == 0) return {};
    std::string data(size, '\0');
    for (size_t i = 0; i < size; ++i) data[i] = char('a' + i % 26);
    return bytes_field(1, data);
}

std::string bench_stream_request(uint64_t count, uint64_t size) {
    std::string out;
    append_varint_field(out, 1, count);
    append_varint_field(out, 2, size);
    return out;
}

std::optional<Summary> parse_summary(std::string_view in) {
    Summary summary;
    while (!in.empty()) {
        const auto tag = take_varint(in);
        const auto value = take_varint(in);
        if (!tag || !value) return std::nullopt;
        if (*tag == (1 << 3 | kVarint)) summary.messages = *value;
        else if (*tag == (2 << 3 | kVarint)) summary.bytes = *value;
        else return std::nullopt;
    }
    return summary;
}

std::optional<std::string> from_hex(std::string_view hex) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    if (hex.size() % 2) return std::nullopt;
    std::string out;
    for (size_t i = 0; i < hex.size(); i += 2) {
        const int high = digit(hex[i]), low = digit(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += char(high << 4 | low);
    }
    return out;
}

}  // namespace load
