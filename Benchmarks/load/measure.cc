#include "measure.h"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <fstream>
#include <string>

namespace load {

uint64_t now_ns() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return uint64_t(t.tv_sec) * 1'000'000'000 + uint64_t(t.tv_nsec);
}

double own_cpu_seconds() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) / 1e9;
}

std::optional<ProcessUse> process_use(pid_t pid) {
    // The CPU clock of another process: /proc/PID/stat would give it in steps of 10 ms only.
    clockid_t clock;
    timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) return std::nullopt;
    ProcessUse use;
    use.cpu_seconds = double(t.tv_sec) + double(t.tv_nsec) / 1e9;

    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    if (!status) return std::nullopt;
    for (std::string line; std::getline(status, line);) {
        std::sscanf(line.c_str(), "VmRSS: %ld", &use.rss_kib);
        std::sscanf(line.c_str(), "VmHWM: %ld", &use.peak_rss_kib);
        std::sscanf(line.c_str(), "Threads: %d", &use.threads);
    }
    return use;
}

void Histogram::add(uint64_t ns, uint64_t times) {
    buckets_[bucket(ns)] += times;
    count_ += times;
    sum_ += double(ns) * double(times);
    max_ = std::max(max_, ns);
}

double Histogram::quantile_us(double share) const {
    if (count_ == 0) return 0;
    const uint64_t rank = std::min(count_ - 1, uint64_t(share * double(count_)));
    uint64_t seen = 0;
    for (unsigned i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen > rank) return middle(i) / 1e3;
    }
    return max_us();
}

// Values under kSteps have a bucket each; above, the top kStepBits + 1 bits choose it.
unsigned Histogram::bucket(uint64_t ns) {
    if (ns < kSteps) return unsigned(ns);
    const unsigned shift = unsigned(std::bit_width(ns)) - 1 - kStepBits;
    return (shift + 1) * kSteps + unsigned(ns >> shift) - kSteps;
}

double Histogram::middle(unsigned bucket) {
    if (bucket < kSteps) return bucket;
    const unsigned shift = bucket / kSteps - 1;
    const uint64_t low = uint64_t(kSteps + bucket % kSteps) << shift;
    return double(low) + double(uint64_t(1) << shift) / 2;
}

}  // namespace load
