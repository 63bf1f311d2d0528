// Request headers, compressed ahead of time, and response headers, decompressed by nghttp2's HPACK.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace load {

/// The header block of one method, in its two forms: the first one of a connection fills the HPACK table, and all later
/// ones only point into it. Pointing doesn't change the table (RFC 7541, 6.1), so those bytes stay right for ever.
struct RequestHeaders {
    RequestHeaders(std::string_view path, uint16_t port);
    std::string first;
    std::string again;
};

/// Decompresses the response headers of one connection.
class ResponseHeaders {
public:
    ResponseHeaders();
    ~ResponseHeaders();
    ResponseHeaders(const ResponseHeaders&) = delete;

    /// Calls `field(name, value)` for each; false when the bytes are no HPACK. `last`: the block ends here.
    template <typename Field>
    bool decode(const uint8_t* bytes, size_t count, bool last, Field&& field) {
        for (;;) {
            nghttp2_nv found;
            int flags = 0;
            const ssize_t taken = nghttp2_hd_inflate_hd2(inflater_, &found, &flags, bytes, count, last);
            if (taken < 0) return false;
            bytes += taken;
            count -= size_t(taken);
            if (flags & NGHTTP2_HD_INFLATE_EMIT) {
                field(std::string_view(reinterpret_cast<char*>(found.name), found.namelen),
                      std::string_view(reinterpret_cast<char*>(found.value), found.valuelen));
            }
            if (flags & NGHTTP2_HD_INFLATE_FINAL) return nghttp2_hd_inflate_end_headers(inflater_) == 0;
            if (count == 0 && !(flags & NGHTTP2_HD_INFLATE_EMIT)) return !last;
        }
    }

private:
    nghttp2_hd_inflater* inflater_;
};

}  // namespace load
