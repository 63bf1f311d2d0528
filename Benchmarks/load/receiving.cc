// The receiving half of Connection: bytes to frames, frames to what happens to calls.

#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "connection.h"

namespace load {
namespace {

constexpr int64_t kGiveBack = kLargestWindow / 4;  // received bytes that are given back to the server in one frame

int to_number(std::string_view text) {
    int value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void note_header(Call& call, std::string_view name, std::string_view value) {
    if (name == ":status") call.http_status = to_number(value);
    else if (name == "content-type") call.grpc_content = value.starts_with("application/grpc");
    else if (name == "grpc-status") call.grpc_status = to_number(value);
    else if (name == "grpc-message") call.grpc_message = value;
}

// Takes padding and priority off a DATA or HEADERS frame; false when they are longer than the frame.
bool strip(Frame& frame) {
    size_t padding = 0;
    if (frame.flags & kPadded) {
        if (frame.length < 1) return false;
        padding = *frame.payload++;
        --frame.length;
    }
    const size_t priority = frame.type == FrameType::headers && frame.flags & kPriority ? 5 : 0;
    if (frame.length < padding + priority) return false;
    frame.payload += priority;
    frame.length -= padding + priority;
    return true;
}

}  // namespace

void Connection::read() {
    // One buffer for all connections. A frame that is cut off waits in `tail_` for its rest.
    static uint8_t buffer[(256 << 10) + kFrameHeader + kLargestFrame];
    // A few rounds only: a server that never stops must not starve the other connections or the clock.
    for (int round = 0; round < 4 && !dead_; ++round) {
        if (!tail_.empty()) std::memcpy(buffer, tail_.data(), tail_.size());
        const size_t room = sizeof buffer - tail_.size();
        const ssize_t count = recv(socket_, buffer + tail_.size(), room, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0) return die(std::string("the connection broke: ") + std::strerror(errno));
        if (count == 0) return die("the server closed the connection");

        const uint8_t* at = buffer;
        const uint8_t* const end = buffer + tail_.size() + count;
        while (!dead_ && size_t(end - at) >= kFrameHeader) {
            const uint32_t first = read_32(at);
            const Frame frame{FrameType(first & 0xff), at[4], read_32(at + 5) & 0x7fffffff, at + kFrameHeader, first >> 8};
            if (!settings_seen_ && frame.type != FrameType::settings) {
                return die("the server doesn't speak HTTP/2 with prior knowledge");
            }
            if (frame.length > kLargestFrame) return die("the server sent a frame over 16384 bytes");
            if (size_t(end - frame.payload) < frame.length) break;
            handle(frame);
            at = frame.payload + frame.length;
        }
        tail_.assign(at, end);
        if (size_t(count) < room) return;
    }
}

void Connection::handle(const Frame& frame) {
    if (open_block_ && frame.type != FrameType::continuation) return die("the server broke off a header block");
    switch (frame.type) {
        case FrameType::data: return handle_data(frame);
        case FrameType::headers:
        case FrameType::continuation: return handle_headers(frame);
        case FrameType::settings: return handle_settings(frame);
        case FrameType::window_update: return handle_window_update(frame);
        case FrameType::rst_stream:
            if (frame.length != 4) return die("the server sent a malformed RST_STREAM");
            if (Call* call = calls_.find(frame.stream)) close_call(*call, read_32(frame.payload));
            return;
        case FrameType::ping:
            if (frame.length != 8) return die("the server sent a malformed PING");
            if (!(frame.flags & kAck)) {
                append_frame(FrameType::ping, kAck, 0, {reinterpret_cast<const char*>(frame.payload), frame.length});
            }
            return;
        case FrameType::goaway:
            if (frame.length < 8) return die("the server sent a malformed GOAWAY");
            return die(std::string("the server sent GOAWAY ") + nghttp2_http2_strerror(read_32(frame.payload + 4)) + " " +
                       std::string(reinterpret_cast<const char*>(frame.payload + 8), frame.length - 8));
        case FrameType::push_promise: return die("the server sent PUSH_PROMISE");
        case FrameType::priority: return;
    }
    // RFC 9113, 5.5: frames of unknown types are ignored.
}

void Connection::handle_data(const Frame& frame) {
    Frame data = frame;
    if (!strip(data)) return die("the server sent DATA with more padding than there is");
    unacknowledged_ += int64_t(frame.length);
    if (unacknowledged_ >= kGiveBack) {
        append_window_update(0, unacknowledged_);
        unacknowledged_ = 0;
    }
    Call* call = calls_.find(frame.stream);
    if (!call) return die("the server sent DATA on a stream that isn't open");
    call->unacknowledged += int64_t(frame.length);
    if (call->unacknowledged >= kGiveBack) {
        append_window_update(frame.stream, call->unacknowledged);
        call->unacknowledged = 0;
    }
    if (data.length > 0) workload_.received(*call, data.payload, data.length);
    if (frame.flags & kEndStream) close_call(*call, NGHTTP2_NO_ERROR);
}

void Connection::handle_headers(const Frame& frame) {
    Frame block = frame;
    if (frame.type == FrameType::headers) {
        if (!strip(block)) return die("the server sent HEADERS with more padding than there is");
        block_ends_stream_ = frame.flags & kEndStream;
    } else if (open_block_ != frame.stream || open_block_ == 0) {
        return die("the server sent CONTINUATION out of place");
    }
    const bool last = frame.flags & kEndHeaders;
    open_block_ = last ? 0 : frame.stream;
    Call* call = calls_.find(frame.stream);
    if (!call) return die("the server sent HEADERS on a stream that isn't open");
    if (!response_headers_.decode(block.payload, block.length, last,
                                  [&](std::string_view name, std::string_view value) { note_header(*call, name, value); })) {
        return die("the server sent headers that are no HPACK");
    }
    if (last && block_ends_stream_) close_call(*call, NGHTTP2_NO_ERROR);
}

void Connection::handle_settings(const Frame& frame) {
    if (frame.flags & kAck) return;
    if (frame.length % 6 != 0) return die("the server sent malformed SETTINGS");
    if (!settings_seen_) max_streams_ = UINT32_MAX;  // no limit unless it says so
    settings_seen_ = true;
    for (size_t i = 0; i < frame.length; i += 6) {
        const uint32_t value = read_32(frame.payload + i + 2);
        const auto setting = Setting(frame.payload[i] << 8 | frame.payload[i + 1]);
        if (setting == Setting::max_concurrent_streams) max_streams_ = value;
        if (setting == Setting::initial_window_size) {
            // RFC 9113, 6.9.2: the change applies to open streams too, and may leave their windows below zero.
            const int64_t change = int64_t(value) - initial_window_;
            initial_window_ = value;
            calls_.for_each([&](Call& call) {
                call.send_window += change;
                if (call.sending == Call::Sending::stream_window && call.send_window > 0) queue(call);
            });
        }
        if (setting == Setting::header_table_size && value < 4096) {
            return die("the server wants an HPACK table of " + std::to_string(value) + " bytes; this client needs 4096");
        }
    }
    append_frame(FrameType::settings, kAck, 0, {});
    start_allowed();
}

void Connection::handle_window_update(const Frame& frame) {
    if (frame.length != 4) return die("the server sent a malformed WINDOW_UPDATE");
    const int64_t more = read_32(frame.payload) & 0x7fffffff;
    if (frame.stream == 0) {
        send_window_ += more;
        for (Call* call : window_blocked_) {
            if (call) queue(*call);
        }
        window_blocked_.clear();
    } else if (Call* call = calls_.find(frame.stream)) {
        call->send_window += more;
        if (call->sending == Call::Sending::stream_window && call->send_window > 0) queue(*call);
    }
}

}  // namespace load
