// The command line.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace load {

enum class Kind { unary, server_stream, client_stream, bidi };

const char* name(Kind kind);

struct Options {
    uint16_t port = 0;
    int connections = 1;
    pid_t pid = 0;  // server whose CPU and memory are reported; 0: none

    // Load on bench.Bench.
    Kind kind = Kind::unary;
    int streams = 1;             // concurrent calls a connection
    size_t payload = 32;         // bytes of data a message
    uint64_t count = 1000;       // messages a call; bidi: 0 means one call until the end
    uint64_t window = 1;         // bidi: messages in flight a call
    double seconds = 5;
    double warm_up = 1;

    // Idle streams or connections, instead of load.
    bool idle = false;
    uint64_t idle_streams = 0;
    std::string path;                                        // "/chat.ChatService/JoinChat"
    std::string message;                                     // request protobuf
    std::vector<std::pair<unsigned, uint64_t>> numbers;      // fields appended to it: number, modulo
    double hold = 2;
};

/// Ends the process: with 0 after --help, with 2 after bad usage.
Options parse_options(int argc, char** argv);

}  // namespace load
