#include "headers.h"

#include <stdexcept>
#include <vector>

namespace load {
namespace {

constexpr size_t kHPACKTable = 4096;  // RFC 9113, 6.5.2: SETTINGS_HEADER_TABLE_SIZE before anyone changes it

nghttp2_nv field(std::string_view name, std::string_view value) {
    return {
        .name = reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
        .value = reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())),
        .namelen = name.size(),
        .valuelen = value.size(),
        .flags = NGHTTP2_NV_FLAG_NONE,
    };
}

std::string compress(nghttp2_hd_deflater* deflater, const std::vector<nghttp2_nv>& fields) {
    std::string out(nghttp2_hd_deflate_bound(deflater, fields.data(), fields.size()), '\0');
    const ssize_t length =
        nghttp2_hd_deflate_hd(deflater, reinterpret_cast<uint8_t*>(out.data()), out.size(), fields.data(), fields.size());
    if (length < 0) throw std::runtime_error(std::string("HPACK: ") + nghttp2_strerror(int(length)));
    out.resize(size_t(length));
    return out;
}

}  // namespace

RequestHeaders::RequestHeaders(std::string_view path, uint16_t port) {
    const std::string authority = "127.0.0.1:" + std::to_string(port);
    const std::vector<nghttp2_nv> fields = {
        field(":method", "POST"),
        field(":scheme", "http"),
        field(":path", path),
        field(":authority", authority),
        field("te", "trailers"),
        field("content-type", "application/grpc"),
        field("user-agent", "streamhost-load/1"),
    };
    nghttp2_hd_deflater* deflater;
    if (nghttp2_hd_deflate_new(&deflater, kHPACKTable) != 0) throw std::bad_alloc();
    first = compress(deflater, fields);
    again = compress(deflater, fields);
    const std::string third = compress(deflater, fields);
    nghttp2_hd_deflate_del(deflater);
    // nghttp2 keeps some fields out of the table (a long :path); they are literals each time, which is as repeatable.
    if (third != again) throw std::runtime_error("the compressed request headers don't repeat; the client relies on that");
}

ResponseHeaders::ResponseHeaders() {
    if (nghttp2_hd_inflate_new(&inflater_) != 0) throw std::bad_alloc();
}

ResponseHeaders::~ResponseHeaders() { nghttp2_hd_inflate_del(inflater_); }

}  // namespace load
