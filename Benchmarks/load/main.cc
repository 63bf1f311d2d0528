// load: a gRPC client that puts load on a server, or holds idle calls on it, and says what that cost.

#include <sys/resource.h>

#include <cstdio>
#include <exception>

#include "bench.h"
#include "idle.h"

namespace {

// Idle connections need more descriptors than the usual soft limit of 1024.
void raise_descriptor_limit() {
    rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

template <typename Load>
int perform(const load::Options& options) {
    Load work(options);
    work.run();
    load::JSONLine json;
    work.report(json);
    json.add("errors", work.errors());
    json.add("first_error", work.first_error());
    json.print();
    return work.errors() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    const load::Options options = load::parse_options(argc, argv);
    raise_descriptor_limit();
    try {
        return options.idle ? perform<load::IdleWorkload>(options) : perform<load::BenchWorkload>(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "load: %s\n", error.what());
        return 2;
    }
}
