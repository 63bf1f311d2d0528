#include "idle.h"

#include <algorithm>
#include <cstring>

#include "messages.h"

namespace load {
namespace {

constexpr uint64_t kQuietNs = 500'000'000;      // no answer for this long: the server has settled
constexpr uint64_t kSettleNs = 60'000'000'000;  // it must have by then
constexpr size_t kBatch = 100;                  // calls opened between two turns, so that connects and answers mix

}  // namespace

IdleWorkload::IdleWorkload(const Options& options) : options_(options), headers_(options.path, options.port) {}

// The sessions hold pointers to the calls.
IdleWorkload::~IdleWorkload() { connections_.clear(); }

void IdleWorkload::run() {
    now_ = now_ns();
    before_ = server();
    for (int i = 0; i < options_.connections && errors() == 0; ++i) {
        connections_.push_back(std::make_unique<Connection>(options_.port, headers_, *this));
        poller_.add(*connections_.back());
        connections_.back()->flush();
        poller_.turn(0, now_);
    }
    settle("the connections");
    connected_ = server();

    calls_.resize(options_.idle_streams);
    for (size_t i = 0; i < calls_.size() && errors() == 0; ++i) {
        calls_[i].unsent = framed(request(i));
        connections_[i % connections_.size()]->submit(calls_[i]);
        if ((i + 1) % kBatch != 0 && i + 1 != calls_.size()) continue;
        for (auto& connection : connections_) connection->flush();
        poller_.turn(0, now_);
    }
    settle("the calls");
    opened_ = server();
    turn_until(now_ + uint64_t(options_.hold * 1e9));
    held_ = server();
}

std::string IdleWorkload::request(uint64_t number) const {
    std::string message = options_.message;
    for (const auto& [field, modulo] : options_.numbers) message += bytes_field(field, std::to_string(number % modulo));
    return message;
}

void IdleWorkload::turn_until(uint64_t time) {
    while (errors() == 0 && now_ < time) poller_.turn(10, now_);
}

void IdleWorkload::settle(const char* what) {
    now_ = last_received_ = now_ns();
    const uint64_t limit = now_ + kSettleNs;
    while (errors() == 0 && now_ < last_received_ + kQuietNs) {
        if (now_ > limit) return fail(std::string("the server was not quiet 60 s after ") + what + " had been opened");
        turn_until(std::min(now_ + 10'000'000, limit + 1));
    }
}

std::optional<ProcessUse> IdleWorkload::server() const {
    return options_.pid ? process_use(options_.pid) : std::nullopt;
}

Workload::Filled IdleWorkload::fill(Call& base, uint8_t* out, size_t room) {
    auto& call = static_cast<IdleCall&>(base);
    const size_t count = std::min(room, call.unsent.size());
    std::memcpy(out, call.unsent.data(), count);
    call.unsent.erase(0, count);
    return {count, call.unsent.empty()};
}

void IdleWorkload::received(Call& base, const uint8_t*, size_t count) {
    auto& call = static_cast<IdleCall&>(base);
    answered_ += call.answered ? 0 : 1;
    call.answered = true;
    bytes_received_ += count;
    last_received_ = now_;
}

void IdleWorkload::closed(Call& call, uint32_t http2_error) {
    fail("a call that should have stayed open ended: " +
         (http2_error ? std::string("reset, ") + nghttp2_http2_strerror(http2_error)
                      : "grpc-status " + std::to_string(call.grpc_status) + " " + call.grpc_message));
}

void IdleWorkload::report(JSONLine& json) const {
    json.add("kind", "idle");
    json.add("connections", uint64_t(connections_.size()));
    json.add("streams", uint64_t(calls_.size()));
    json.add("streams_answered", answered_);
    json.add("bytes_received", bytes_received_);
    json.add("held_s", options_.hold, 1);
    if (!before_ || !connected_ || !opened_ || !held_) return;
    json.add("rss_before_kib", uint64_t(before_->rss_kib));
    json.add("rss_connected_kib", uint64_t(connected_->rss_kib));
    json.add("rss_opened_kib", uint64_t(opened_->rss_kib));
    json.add("rss_held_kib", uint64_t(held_->rss_kib));
    json.add("server_threads", uint64_t(held_->threads));
    const auto each = [](long from, long to, size_t count) { return count ? double(to - from) / double(count) : 0; };
    json.add("kib_per_connection", each(before_->rss_kib, connected_->rss_kib, connections_.size()), 3);
    json.add("kib_per_stream", each(connected_->rss_kib, held_->rss_kib, calls_.size()), 3);
}

}  // namespace load
