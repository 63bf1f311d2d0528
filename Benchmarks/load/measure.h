// Clocks, CPU time, memory of another process, and a histogram of latencies.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>

namespace load {

/// Monotonic nanoseconds.
uint64_t now_ns();

/// CPU seconds that this process has used, user and system.
double own_cpu_seconds();

/// What the kernel says about a process.
struct ProcessUse {
    double cpu_seconds = 0;  // user and system, all threads, nanosecond resolution
    long rss_kib = 0;
    long peak_rss_kib = 0;
    int threads = 0;
};

/// Nothing when there is no such process, or it may not be looked at.
std::optional<ProcessUse> process_use(pid_t pid);

/// Log-linear histogram of nanoseconds: 32 steps an octave, so a value is kept to about 3 %. Fixed memory.
class Histogram {
public:
    void add(uint64_t ns, uint64_t times = 1);
    uint64_t count() const { return count_; }
    double mean_us() const { return count_ ? sum_ / double(count_) / 1e3 : 0; }
    double max_us() const { return double(max_) / 1e3; }
    /// The value below which `share` (0...1) of the entries lie.
    double quantile_us(double share) const;

private:
    static constexpr unsigned kStepBits = 5;
    static constexpr unsigned kSteps = 1u << kStepBits;

    static unsigned bucket(uint64_t ns);
    static double middle(unsigned bucket);

    std::array<uint64_t, (64 - kStepBits + 1) * kSteps> buckets_{};
    uint64_t count_ = 0;
    uint64_t max_ = 0;
    double sum_ = 0;
};

}  // namespace load
