// One HTTP/2 connection to the server, with prior knowledge and in clear text.
//
// For maintainers: the frames are read and written here, by hand, and only HPACK is nghttp2's. With a whole nghttp2
// session the client was the slower side from 0.5 M unary calls a second on, and a benchmark's client must not be.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "call.h"
#include "frames.h"
#include "headers.h"

namespace load {

class Connection {
public:
    /// Connects to 127.0.0.1 and queues the preface. All its calls are of the one method of `headers`, which must
    /// outlive it, as must `workload`. Throws std::system_error.
    Connection(uint16_t port, const RequestHeaders& headers, Workload& workload);
    /// Says GOAWAY and closes; tells the workload nothing more.
    ~Connection();
    Connection(const Connection&) = delete;

    /// Starts the call, or queues it until the server's limit of concurrent streams allows it.
    void submit(Call& call);
    /// The call has something to send again.
    void resume(Call& call);
    /// Takes what the socket has.
    void read();
    /// Writes all that is queued, in as few calls of the kernel as it takes.
    void flush();

    int descriptor() const { return socket_; }
    /// The socket took less than was queued: flush again when it is writable.
    bool blocked() const { return blocked_; }
    bool dead() const { return dead_; }

private:
    // Sending.
    void start(Call& call);
    void start_allowed();
    void send_requests();
    void send_requests(Call& call);
    void queue(Call& call);
    uint8_t* append(size_t bytes);
    void append_frame(FrameType type, uint8_t flags, uint32_t stream, std::string_view payload);
    void append_window_update(uint32_t stream, int64_t bytes);

    // Receiving.
    void handle(const Frame& frame);
    void handle_data(const Frame& frame);
    void handle_headers(const Frame& frame);
    void handle_settings(const Frame& frame);
    void handle_window_update(const Frame& frame);
    void close_call(Call& call, uint32_t http2_error);
    void die(const std::string& why);

    int socket_ = -1;
    bool blocked_ = false, dead_ = false, first_headers_ = true;
    const RequestHeaders& request_headers_;
    ResponseHeaders response_headers_;
    Workload& workload_;
    CallTable calls_;
    std::deque<Call*> unstarted_;
    std::vector<Call*> may_send_, sending_, window_blocked_;

    // What the server allows. Until its SETTINGS are here, not more than 100 streams, as nghttp2 has it.
    bool settings_seen_ = false;
    uint32_t max_streams_ = 100;
    int64_t initial_window_ = kDefaultWindow;
    int64_t send_window_ = kDefaultWindow;
    int64_t unacknowledged_ = 0;

    std::vector<uint8_t> out_;   // frames on their way to the socket
    size_t queued_ = 0, written_ = 0;  // of `out_`
    std::vector<uint8_t> tail_;  // the beginning of a frame whose rest hasn't come
    uint32_t open_block_ = 0;    // stream whose header block goes on in CONTINUATION; 0: none
    bool block_ends_stream_ = false;
};

/// Waits for events on many connections.
class Poller {
public:
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;

    void add(Connection& connection);
    /// For each connection that is ready: read, then flush. `now` is the time of the read, or of the return.
    void turn(int timeout_ms, uint64_t& now);

private:
    void watch(Connection& connection, int operation);

    int epoll_;
};

}  // namespace load
