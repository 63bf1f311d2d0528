// Calls and connections that do nothing: what does each cost the server in memory?
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "connection.h"
#include "json.h"
#include "measure.h"
#include "options.h"

namespace load {

class IdleWorkload final : public Workload {
public:
    explicit IdleWorkload(const Options& options);
    ~IdleWorkload() override;

    /// Connects, opens the calls, waits until the server is quiet, holds, and reads its memory after each step.
    void run();
    void report(JSONLine& json) const;

    Filled fill(Call& call, uint8_t* out, size_t room) override;
    void received(Call& call, const uint8_t* bytes, size_t count) override;
    void closed(Call& call, uint32_t http2_error) override;

private:
    struct IdleCall : Call {
        std::string unsent;
        bool answered = false;
    };

    std::string request(uint64_t number) const;
    void turn_until(uint64_t time);
    void settle(const char* what);
    std::optional<ProcessUse> server() const;

    const Options& options_;
    RequestHeaders headers_;
    Poller poller_;
    std::vector<IdleCall> calls_;
    std::vector<std::unique_ptr<Connection>> connections_;
    uint64_t now_ = 0;
    uint64_t last_received_ = 0, bytes_received_ = 0, answered_ = 0;
    std::optional<ProcessUse> before_, connected_, opened_, held_;
};

}  // namespace load
