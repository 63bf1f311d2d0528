#include "bench.h"

#include <algorithm>
#include <cstring>

namespace load {
namespace {

constexpr uint64_t kDrainNs = 5'000'000'000;
constexpr int kTurnMs = 10;              // how late the clock may be looked at when nothing arrives

const char* path(Kind kind) {
    switch (kind) {
        case Kind::unary: return "/bench.Bench/Unary";
        case Kind::server_stream: return "/bench.Bench/ServerStream";
        case Kind::client_stream: return "/bench.Bench/ClientStream";
        case Kind::bidi: return "/bench.Bench/Bidi";
    }
    __builtin_unreachable();
}

}  // namespace

BenchWorkload::BenchWorkload(const Options& options) : options_(options), headers_(path(options.kind), options.port) {
    const std::string payload = framed(bench_payload(options.payload));
    const bool server_stream = options.kind == Kind::server_stream;
    request_ = server_stream ? framed(bench_stream_request(options.count, options.payload)) : payload;
    while (request_image_.size() < kLargestFrame + request_.size()) request_image_ += request_;
    answer_ = payload;
    answer_known_ = server_stream ? payload.size() - options.payload : payload.size();
}

// The sessions hold pointers to the calls.
BenchWorkload::~BenchWorkload() { connections_.clear(); }

void BenchWorkload::run() {
    now_ = now_ns();
    calls_.resize(size_t(options_.connections) * size_t(options_.streams));
    for (BenchCall& call : calls_) call.begins.resize(options_.kind == Kind::bidi ? options_.window : 0);
    for (int i = 0; i < options_.connections; ++i) {
        connections_.push_back(std::make_unique<Connection>(options_.port, headers_, *this));
        poller_.add(*connections_.back());
    }
    for (size_t i = 0; i < calls_.size(); ++i) {
        calls_[i].connection = connections_[i % connections_.size()].get();
        open(calls_[i]);
    }
    for (auto& connection : connections_) connection->flush();

    turn_until(now_ + uint64_t(options_.warm_up * 1e9), false);
    start_ = reading();
    phase_ = Phase::measured;
    turn_until(start_.time + uint64_t(options_.seconds * 1e9), false);
    end_ = reading();
    phase_ = Phase::ending;
    turn_until(now_ + kDrainNs, true);
    if (errors() == 0 && open_calls_ > 0) {
        fail(std::to_string(open_calls_) + " calls had not ended 5 s after the last request");
    }
}

void BenchWorkload::turn_until(uint64_t time, bool until_idle) {
    while (errors() == 0 && now_ < time && !(until_idle && open_calls_ == 0)) poller_.turn(kTurnMs, now_);
}

BenchWorkload::Reading BenchWorkload::reading() const {
    return {now_, own_cpu_seconds(), options_.pid ? process_use(options_.pid) : std::nullopt};
}

// MARK: Sending

void BenchWorkload::open(BenchCall& call) {
    ++open_calls_;
    call.begun = now_;
    call.unsent = call.sent_of_message = call.at = 0;
    call.answers = call.requests = 0;
    call.complete = options_.kind != Kind::bidi;
    call.summary.clear();
    switch (options_.kind) {
        case Kind::unary:
        case Kind::server_stream: call.unsent = request_.size(); break;
        case Kind::client_stream: call.unsent = request_.size() * options_.count; break;
        case Kind::bidi: allow_requests(call, options_.window); break;
    }
    call.connection->submit(call);
}

// bidi: `messages` more may go out; the last one of the call, or of the run, closes its half.
void BenchWorkload::allow_requests(BenchCall& call, uint64_t messages) {
    if (call.complete) return;
    if (phase_ == Phase::ending) messages = 0;
    else if (options_.count > 0) messages = std::min(messages, options_.count - call.requests);
    for (uint64_t i = 0; i < messages; ++i) call.begins[call.requests++ % options_.window] = now_;
    call.unsent += messages * request_.size();
    call.complete = phase_ == Phase::ending || call.requests == options_.count;
}

Workload::Filled BenchWorkload::fill(Call& base, uint8_t* out, size_t room) {
    auto& call = static_cast<BenchCall&>(base);
    const size_t count = std::min({room, call.unsent, kLargestFrame});
    std::memcpy(out, request_image_.data() + call.sent_of_message, count);
    call.sent_of_message = (call.sent_of_message + count) % request_.size();
    call.unsent -= count;
    return {count, call.complete && call.unsent == 0};
}

// MARK: Receiving

void BenchWorkload::received(Call& base, const uint8_t* bytes, size_t count) {
    auto& call = static_cast<BenchCall&>(base);
    if (options_.kind == Kind::client_stream) {
        call.summary.append(reinterpret_cast<const char*>(bytes), count);
        return;
    }
    if (call.http_status != 200) return fail("HTTP status " + std::to_string(call.http_status));
    uint64_t whole = 0;
    while (count > 0) {
        const size_t taken = std::min(count, answer_.size() - call.at);
        const size_t known = call.at < answer_known_ ? std::min(taken, answer_known_ - call.at) : 0;
        if (std::memcmp(bytes, answer_.data() + call.at, known) != 0) {
            return fail("answer " + std::to_string(call.answers + whole + 1) + " of a call is not the bench.Payload of " +
                        std::to_string(options_.payload) + " bytes that was asked for");
        }
        call.at += taken;
        bytes += taken;
        count -= taken;
        if (call.at == answer_.size()) {
            call.at = 0;
            ++whole;
        }
    }
    if (whole > 0) answered(call, whole);
}

void BenchWorkload::answered(BenchCall& call, uint64_t messages) {
    count_messages(messages);
    if (options_.kind == Kind::bidi) {
        if (call.answers + messages > call.requests) return fail("an echo came before its request");
        if (phase_ == Phase::measured) {
            for (uint64_t i = 0; i < messages; ++i) latency_.add(now_ - call.begins[(call.answers + i) % options_.window]);
        }
        allow_requests(call, messages);
        if (call.unsent > 0 || call.complete) call.connection->resume(call);
    }
    call.answers += messages;
}

void BenchWorkload::closed(Call& base, uint32_t http2_error) {
    auto& call = static_cast<BenchCall&>(base);
    --open_calls_;
    if (const auto what = fault(call, http2_error)) return fail(*what);
    if (options_.kind == Kind::client_stream) count_messages(options_.count);
    if (phase_ == Phase::measured) {
        ++rpcs_;
        if (options_.kind != Kind::bidi) latency_.add(now_ - call.begun);
    }
    if (phase_ != Phase::ending) open(call);
}

// What is wrong with a call that has ended.
std::optional<std::string> BenchWorkload::fault(const BenchCall& call, uint32_t http2_error) {
    if (http2_error != NGHTTP2_NO_ERROR) return std::string("a stream was reset: ") + nghttp2_http2_strerror(http2_error);
    if (call.http_status != 200) return "HTTP status " + std::to_string(call.http_status);
    if (!call.grpc_content) return "the content-type of an answer was not application/grpc";
    if (call.grpc_status < 0) return "a call ended without grpc-status";
    if (call.grpc_status > 0) return "grpc-status " + std::to_string(call.grpc_status) + ": " + call.grpc_message;
    if (!call.half_closed) return "a call ended with OK before all its requests were sent";

    if (options_.kind == Kind::client_stream) {
        const auto& in = call.summary;
        const auto summary = in.size() < kPrefix ? std::nullopt : parse_summary(std::string_view(in).substr(kPrefix));
        if (!summary || framed(in.substr(kPrefix)) != in) return "the answer is no bench.Summary";
        if (summary->messages == options_.count && summary->bytes == options_.count * options_.payload) return {};
        return "the Summary says " + std::to_string(summary->messages) + " messages of " + std::to_string(summary->bytes) +
               " bytes in all; " + std::to_string(options_.count) + " of " + std::to_string(options_.payload) + " were sent";
    }
    const uint64_t wanted = options_.kind == Kind::bidi ? call.requests : options_.count;
    if (call.answers == wanted && call.at == 0) return {};
    return "a call gave " + std::to_string(call.answers) + " answers" + (call.at ? " and a broken one" : "") + "; wanted " +
           std::to_string(wanted);
}

// MARK: Reporting

void BenchWorkload::report(JSONLine& json) const {
    const double seconds = double(end_.time - start_.time) / 1e9;
    const auto rate = [&](double amount) { return seconds > 0 ? amount / seconds : 0; };
    const auto each = [&](double cpu_seconds) { return messages_ ? cpu_seconds * 1e6 / double(messages_) : 0; };
    json.add("kind", name(options_.kind));
    json.add("connections", uint64_t(options_.connections));
    json.add("streams", uint64_t(options_.streams));
    json.add("payload", uint64_t(options_.payload));
    json.add("count", options_.count);
    json.add("window", options_.window);
    json.add("seconds", seconds, 3);
    json.add("messages", messages_);
    json.add("messages_per_s", rate(double(messages_)), 0);
    json.add("rpcs", rpcs_);
    json.add("rpcs_per_s", rate(double(rpcs_)), 0);
    json.add("latency_of", options_.kind == Kind::bidi ? "message" : "rpc");
    json.add("latency_mean_us", latency_.mean_us(), 1);
    json.add("latency_p50_us", latency_.quantile_us(0.5), 1);
    json.add("latency_p99_us", latency_.quantile_us(0.99), 1);
    json.add("latency_max_us", latency_.max_us(), 1);
    json.add("client_cpu_share", rate(end_.client_cpu - start_.client_cpu), 3);
    json.add("client_cpu_us_per_message", each(end_.client_cpu - start_.client_cpu), 3);
    if (!start_.server || !end_.server) return;
    const double cpu = end_.server->cpu_seconds - start_.server->cpu_seconds;
    json.add("server_cpu_share", rate(cpu), 3);
    json.add("server_cpu_us_per_message", each(cpu), 3);
    json.add("server_rss_kib", uint64_t(end_.server->rss_kib));
    json.add("server_peak_rss_kib", uint64_t(end_.server->peak_rss_kib));
    json.add("server_threads", uint64_t(end_.server->threads));
}

}  // namespace load
