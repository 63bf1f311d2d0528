#include "connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace load {
namespace {

constexpr size_t kWriteBatch = 128 << 10;  // queue about this much before a write

int connect_to_loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);  // the only target: this is a tool for one machine
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "socket");
    if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        close(descriptor);
        throw std::system_error(error, std::generic_category(), "connect to 127.0.0.1:" + std::to_string(port));
    }
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
}

}  // namespace

Connection::Connection(uint16_t port, const RequestHeaders& headers, Workload& workload)
    : socket_(connect_to_loopback(port)), request_headers_(headers), workload_(workload) {
    std::memcpy(append(kPreface.size()), kPreface.data(), kPreface.size());
    // No push, and the widest windows: the client must never hold the server back.
    const uint8_t settings[] = {0, uint8_t(Setting::enable_push), 0, 0, 0, 0,
                                0, uint8_t(Setting::initial_window_size), 0x7f, 0xff, 0xff, 0xff};
    append_frame(FrameType::settings, 0, 0, {reinterpret_cast<const char*>(settings), sizeof settings});
    append_window_update(0, kLargestWindow - kDefaultWindow);
}

Connection::~Connection() {
    if (!dead_) {
        append_frame(FrameType::goaway, 0, 0, {"\0\0\0\0\0\0\0\0", 8});
        flush();
    }
    close(socket_);
}

void Connection::die(const std::string& why) {
    if (dead_) return;
    dead_ = true;
    workload_.fail(why);
}

// MARK: Calls

void Connection::submit(Call& call) {
    call.connection = this;
    call.half_closed = call.grpc_content = false;
    call.http_status = 0;
    call.grpc_status = -1;
    call.unacknowledged = 0;
    call.sending = Call::Sending::done;  // until it starts, `resume` has nothing to do
    if (calls_.size() < max_streams_) start(call);
    else unstarted_.push_back(&call);
}

void Connection::start(Call& call) {
    if (calls_.exhausted()) return die("the connection's stream numbers are used up: make the run shorter");
    calls_.insert(call);
    call.send_window = initial_window_;
    const auto& block = first_headers_ ? request_headers_.first : request_headers_.again;
    append_frame(FrameType::headers, kEndHeaders, call.stream, block);
    first_headers_ = false;
    send_requests(call);
}

void Connection::resume(Call& call) {
    if (call.sending == Call::Sending::waiting) queue(call);
}

void Connection::queue(Call& call) {
    call.sending = Call::Sending::queued;
    may_send_.push_back(&call);
}

void Connection::close_call(Call& call, uint32_t http2_error) {
    calls_.remove(call);
    const auto forget = [&](std::vector<Call*>& list) {
        std::replace(list.begin(), list.end(), &call, static_cast<Call*>(nullptr));
    };
    switch (call.sending) {
        case Call::Sending::queued: forget(may_send_); break;
        case Call::Sending::connection_window: forget(window_blocked_); break;
        case Call::Sending::waiting:
        case Call::Sending::stream_window:
        case Call::Sending::done: break;
    }
    call.sending = Call::Sending::done;
    workload_.closed(call, http2_error);
    start_allowed();
}

void Connection::start_allowed() {
    while (!dead_ && !unstarted_.empty() && calls_.size() < max_streams_) {
        Call* next = unstarted_.front();
        unstarted_.pop_front();
        start(*next);
    }
}

// MARK: Sending

uint8_t* Connection::append(size_t bytes) {
    if (queued_ + bytes > out_.size()) out_.resize(std::max(out_.size() * 2, queued_ + bytes));
    queued_ += bytes;
    return out_.data() + queued_ - bytes;
}

void Connection::append_frame(FrameType type, uint8_t flags, uint32_t stream, std::string_view payload) {
    uint8_t* out = append(kFrameHeader + payload.size());
    write_frame_header(out, payload.size(), type, flags, stream);
    std::copy(payload.begin(), payload.end(), out + kFrameHeader);
}

void Connection::append_window_update(uint32_t stream, int64_t bytes) {
    uint8_t* out = append(kFrameHeader + 4);
    write_frame_header(out, 4, FrameType::window_update, 0, stream);
    write_32(out + kFrameHeader, uint32_t(bytes));
}

// DATA frames for one call, until it has nothing more, or a window is empty, or enough is queued for a write.
void Connection::send_requests(Call& call) {
    for (;;) {
        if (queued_ >= kWriteBatch) return queue(call);
        const auto room = std::min({int64_t(kLargestFrame), send_window_, call.send_window});
        if (room <= 0) {
            if (call.send_window <= 0) {
                call.sending = Call::Sending::stream_window;
            } else {
                call.sending = Call::Sending::connection_window;
                window_blocked_.push_back(&call);
            }
            return;
        }
        const size_t before = queued_;
        uint8_t* out = append(kFrameHeader + size_t(room));
        const auto filled = workload_.fill(call, out + kFrameHeader, size_t(room));
        if (filled.bytes == 0 && !filled.end) {
            queued_ = before;
            call.sending = Call::Sending::waiting;
            return;
        }
        write_frame_header(out, filled.bytes, FrameType::data, filled.end ? kEndStream : 0, call.stream);
        queued_ = before + kFrameHeader + filled.bytes;
        send_window_ -= int64_t(filled.bytes);
        call.send_window -= int64_t(filled.bytes);
        if (filled.end) {
            call.half_closed = true;
            call.sending = Call::Sending::done;
            return;
        }
    }
}

void Connection::send_requests() {
    sending_.swap(may_send_);
    for (size_t i = 0; i < sending_.size(); ++i) {
        if (sending_[i]) send_requests(*sending_[i]);
    }
    sending_.clear();
}

void Connection::flush() {
    while (!dead_) {
        if (queued_ < kWriteBatch && !may_send_.empty()) send_requests();
        if (written_ == queued_) {
            queued_ = written_ = 0;
            blocked_ = false;
            return;
        }
        const ssize_t count = send(socket_, out_.data() + written_, queued_ - written_, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) {
            blocked_ = true;
            return;
        }
        if (count < 0) return die(std::string("the connection broke: ") + std::strerror(errno));
        written_ += size_t(count);
        if (written_ == queued_) queued_ = written_ = 0;
    }
}

}  // namespace load
