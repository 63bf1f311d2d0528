#include "options.h"

#include <getopt.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "messages.h"

namespace load {
namespace {

constexpr const char* kHelp =
    R"(usage: load --port PORT [--kind KIND] [options]                    load on bench.Bench
       load --port PORT --idle N --path /pkg.Service/Method [options]    N idle server-streaming calls
       load --port PORT --idle-connections N [options]                   N idle connections

A gRPC client on one thread, cleartext HTTP/2 to 127.0.0.1 only. Prints one line of JSON. Checks every answer.

  --port PORT         the server's port
  --connections N     connections (1)
  --pid PID           report this process's CPU and memory too

Load:
  --kind KIND         unary, server-stream, client-stream or bidi (unary)
  --streams N         concurrent calls a connection (1)
  --payload BYTES     data in each message (32)
  --seconds S         measured time (5)
  --warm-up S         time before that, not counted (1)
  --count N           messages a call, for server-stream and client-stream (1000);
                      bidi: 0 is one call until the end (0)
  --window N          bidi: messages in flight a call; 1 is ping-pong (1)

Idle:
  --message-hex HEX   the request's protobuf ("")
  --number FIELD:MOD  append string field FIELD holding the call's number modulo MOD; may be repeated
  --hold S            keep all open for this long after the server has gone quiet (2)

Exit status: 0 all well, 1 an error (named in "first_error"), 2 bad usage or no server.
)";

[[noreturn]] void refuse(const std::string& message) {
    std::fprintf(stderr, "load: %s (see load --help)\n", message.c_str());
    std::exit(2);
}

double number(const char* option, const char* text, double least, double most) {
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least && value <= most)) {
        char range[64];
        std::snprintf(range, sizeof range, "%.15g to %.15g", least, most);
        refuse(std::string("--") + option + " is '" + text + "'; wanted a number from " + range);
    }
    return value;
}

uint64_t whole(const char* option, const char* text, double least, double most) {
    const double value = number(option, text, least, most);
    if (value != std::floor(value)) refuse(std::string("--") + option + " is '" + text + "'; wanted a whole number");
    return uint64_t(value);
}

Kind kind_named(std::string_view text) {
    for (Kind kind : {Kind::unary, Kind::server_stream, Kind::client_stream, Kind::bidi}) {
        if (text == name(kind)) return kind;
    }
    refuse("--kind is '" + std::string(text) + "'; wanted unary, server-stream, client-stream or bidi");
}

std::pair<unsigned, uint64_t> field_and_modulo(const std::string& text) {
    const size_t colon = text.find(':');
    if (colon == std::string::npos) refuse("--number is '" + text + "'; wanted FIELD:MODULO, such as 2:100");
    return {unsigned(whole("number", text.substr(0, colon).c_str(), 1, 536870911)),
            whole("number", text.substr(colon + 1).c_str(), 1, 1e9)};
}

}  // namespace

const char* name(Kind kind) {
    switch (kind) {
        case Kind::unary: return "unary";
        case Kind::server_stream: return "server-stream";
        case Kind::client_stream: return "client-stream";
        case Kind::bidi: return "bidi";
    }
    __builtin_unreachable();
}

Options parse_options(int argc, char** argv) {
    enum { kPort, kConnections, kPid, kKind, kStreams, kPayload, kSeconds, kWarmUp, kCount, kWindow,
           kIdle, kIdleConnections, kPath, kMessage, kNumber, kHold, kHelpFlag };
    static const option kOptions[] = {
        {"port", required_argument, nullptr, kPort},
        {"connections", required_argument, nullptr, kConnections},
        {"pid", required_argument, nullptr, kPid},
        {"kind", required_argument, nullptr, kKind},
        {"streams", required_argument, nullptr, kStreams},
        {"payload", required_argument, nullptr, kPayload},
        {"seconds", required_argument, nullptr, kSeconds},
        {"warm-up", required_argument, nullptr, kWarmUp},
        {"count", required_argument, nullptr, kCount},
        {"window", required_argument, nullptr, kWindow},
        {"idle", required_argument, nullptr, kIdle},
        {"idle-connections", required_argument, nullptr, kIdleConnections},
        {"path", required_argument, nullptr, kPath},
        {"message-hex", required_argument, nullptr, kMessage},
        {"number", required_argument, nullptr, kNumber},
        {"hold", required_argument, nullptr, kHold},
        {"help", no_argument, nullptr, kHelpFlag},
        {nullptr, 0, nullptr, 0},
    };

    Options o;
    bool count_given = false;
    for (int index = 0, found; (found = getopt_long_only(argc, argv, "", kOptions, &index)) != -1;) {
        if (found == '?') refuse("bad usage");
        const char* option = kOptions[index].name;
        switch (found) {
            case kPort: o.port = uint16_t(whole(option, optarg, 1, 65535)); break;
            case kConnections: o.connections = int(whole(option, optarg, 1, 100000)); break;
            case kPid: o.pid = pid_t(whole(option, optarg, 1, 4194304)); break;
            case kKind: o.kind = kind_named(optarg); break;
            case kStreams: o.streams = int(whole(option, optarg, 1, 100000)); break;
            case kPayload: o.payload = size_t(whole(option, optarg, 0, 64 << 20)); break;
            case kSeconds: o.seconds = number(option, optarg, 0.01, 600); break;
            case kWarmUp: o.warm_up = number(option, optarg, 0, 600); break;
            case kCount: o.count = whole(option, optarg, 0, 2147483647); count_given = true; break;
            case kWindow: o.window = whole(option, optarg, 1, 65536); break;
            case kIdle: o.idle = true; o.idle_streams = whole(option, optarg, 1, 1e7); break;
            case kIdleConnections: o.idle = true; o.connections = int(whole(option, optarg, 1, 100000)); break;
            case kPath: o.path = optarg; break;
            case kMessage: {
                const auto bytes = from_hex(optarg);
                if (!bytes) refuse(std::string("--message-hex is '") + optarg + "'; wanted pairs of hex digits");
                o.message = *bytes;
                break;
            }
            case kNumber: o.numbers.push_back(field_and_modulo(optarg)); break;
            case kHold: o.hold = number(option, optarg, 0, 3600); break;
            case kHelpFlag: std::fputs(kHelp, stdout); std::exit(0);
        }
    }
    if (optind < argc) refuse(std::string("'") + argv[optind] + "' is no option");
    if (o.port == 0) refuse("--port is missing");
    if (o.idle_streams > 0 && (o.path.empty() || o.path[0] != '/')) refuse("--idle needs --path /package.Service/Method");
    if (o.kind == Kind::unary) o.count = 1;
    if (o.kind == Kind::bidi && !count_given) o.count = 0;
    if (o.kind != Kind::bidi && o.count == 0) refuse("--count 0 means something for bidi only");
    return o;
}

}  // namespace load
