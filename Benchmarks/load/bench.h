// Load on bench.Bench: as many calls as asked for are always open, and every answer is checked.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "connection.h"
#include "json.h"
#include "measure.h"
#include "messages.h"
#include "options.h"

namespace load {

class BenchWorkload final : public Workload {
public:
    explicit BenchWorkload(const Options& options);
    ~BenchWorkload() override;

    /// Warms up, measures, and lets the open calls end. Returns early at the first error.
    void run();
    void report(JSONLine& json) const;

    Filled fill(Call& call, uint8_t* out, size_t room) override;
    void received(Call& call, const uint8_t* bytes, size_t count) override;
    void closed(Call& call, uint32_t http2_error) override;

private:
    struct BenchCall : Call {
        uint64_t begun = 0;           // when the call was submitted
        size_t unsent = 0;            // bytes of the requests that may go out now
        size_t sent_of_message = 0;   // how far into a request message the next byte is
        bool complete = false;        // no more requests: half-close once `unsent` is 0
        size_t at = 0;                // how far into an answer the next byte is
        uint64_t answers = 0;
        uint64_t requests = 0;        // bidi: begun so far
        std::vector<uint64_t> begins; // bidi: when each message in flight was allowed out; a ring of `window`
        std::string summary;          // client-stream: the answer
    };
    /// One CPU reading of client and server.
    struct Reading {
        uint64_t time = 0;
        double client_cpu = 0;
        std::optional<ProcessUse> server;
    };
    enum class Phase { warm_up, measured, ending };

    void open(BenchCall& call);
    void allow_requests(BenchCall& call, uint64_t messages);
    void answered(BenchCall& call, uint64_t messages);
    std::optional<std::string> fault(const BenchCall& call, uint32_t http2_error);
    void count_messages(uint64_t messages) { messages_ += phase_ == Phase::measured ? messages : 0; }
    Reading reading() const;
    void turn_until(uint64_t time, bool until_idle);

    const Options& options_;
    RequestHeaders headers_;
    std::string request_;           // one request message, framed
    std::string request_image_;     // it again and again, so that a whole frame is one memcpy
    std::string answer_;            // what each answer must be, framed
    size_t answer_known_ = 0;       // bytes of it that must match: server-stream's fill is the server's choice

    Poller poller_;
    std::vector<BenchCall> calls_;
    std::vector<std::unique_ptr<Connection>> connections_;
    size_t open_calls_ = 0;
    Phase phase_ = Phase::warm_up;
    uint64_t now_ = 0;
    Reading start_, end_;
    uint64_t messages_ = 0, rpcs_ = 0;  // in the measured time
    Histogram latency_;
};

}  // namespace load
