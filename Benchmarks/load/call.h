// One gRPC call as the client sees it, and the one who gives the work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace load {

class Connection;

/// Owned by the workload, which may submit it again once it has closed. The first part is the workload's to read, the
/// second the connection's.
struct Call {
    Connection* connection = nullptr;
    bool half_closed = false;    // all requests are on their way
    bool grpc_content = false;   // the response's content-type was gRPC's
    int http_status = 0;
    int grpc_status = -1;
    std::string grpc_message;

    enum class Sending : uint8_t {
        queued,             // in the connection's queue of calls that may send
        waiting,            // the workload had nothing to send
        stream_window,      // its own flow-control window is empty
        connection_window,  // the connection's is
        done,
    };
    uint32_t stream = 0;
    Sending sending = Sending::done;
    int64_t send_window = 0;
    int64_t unacknowledged = 0;  // bytes received and not yet given back
};

/// Hears what happens to its calls, all on one thread. Calls may be submitted and resumed from inside.
class Workload {
public:
    struct Filled {
        size_t bytes;
        bool end;  // half-close after these
    };

    virtual ~Workload() = default;
    /// Write what the call has to send, at most `room` (never 0). Nothing and no end: it waits for `Connection::resume`.
    virtual Filled fill(Call& call, uint8_t* out, size_t room) = 0;
    virtual void received(Call& call, const uint8_t* bytes, size_t count) = 0;
    virtual void closed(Call& call, uint32_t http2_error) = 0;

    /// Counts an error. The first one is kept, and ends the run.
    void fail(const std::string& what) {
        if (errors_++ == 0) first_error_ = what;
    }
    uint64_t errors() const { return errors_; }
    const std::string& first_error() const { return first_error_; }

private:
    uint64_t errors_ = 0;
    std::string first_error_;
};

/// The open calls of one connection by their stream. A stream's number decides its slot; where that is taken, the number
/// is skipped, which HTTP/2 allows (RFC 9113, 5.1.1). So nothing is ever searched or allocated.
class CallTable {
public:
    /// Gives the call the next stream number.
    void insert(Call& call) {
        if (size_ * 2 >= slots_.size()) grow();
        while (slot(next_)) next_ += 2;
        call.stream = next_;
        slot(next_) = &call;
        next_ += 2;
        ++size_;
    }
    /// The call with that stream, or null when it has closed.
    Call* find(uint32_t stream) {
        if (slots_.empty()) return nullptr;
        Call* call = slot(stream);
        return call && call->stream == stream ? call : nullptr;
    }
    void remove(Call& call) {
        slot(call.stream) = nullptr;
        --size_;
    }
    size_t size() const { return size_; }
    /// Whether the connection's 2^30 streams are nearly used up.
    bool exhausted() const { return next_ > 0x7fff0000; }

    template <typename Body>
    void for_each(Body&& body) {
        for (Call* call : slots_) {
            if (call) body(*call);
        }
    }

private:
    Call*& slot(uint32_t stream) { return slots_[stream / 2 & (slots_.size() - 1)]; }
    // Two numbers in different slots stay in different slots of a table twice as large.
    void grow() {
        std::vector<Call*> old(slots_.empty() ? 64 : slots_.size() * 2);
        old.swap(slots_);
        for (Call* call : old) {
            if (call) slot(call->stream) = call;
        }
    }

    std::vector<Call*> slots_;
    size_t size_ = 0;
    uint32_t next_ = 1;
};

}  // namespace load
