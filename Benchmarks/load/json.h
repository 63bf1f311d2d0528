// One line of JSON, written field by field.
#pragma once

#include <cinttypes>
#include <cstdio>
#include <string>
#include <string_view>

namespace load {

class JSONLine {
public:
    void add(std::string_view key, std::string_view text) {
        begin(key);
        line_ += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') line_ += '\\';
            line_ += uint8_t(c) < 0x20 || uint8_t(c) > 0x7e ? '?' : c;  // messages of servers may hold anything
        }
        line_ += '"';
    }
    void add(std::string_view key, const char* text) { add(key, std::string_view(text)); }
    void add(std::string_view key, uint64_t value) {
        begin(key);
        line_ += std::to_string(value);
    }
    void add(std::string_view key, double value, int decimals) {
        begin(key);
        char text[64];
        std::snprintf(text, sizeof text, "%.*f", decimals, value);
        line_ += text;
    }
    void print() const { std::printf("{%s}\n", line_.c_str()); }

private:
    void begin(std::string_view key) {
        if (!line_.empty()) line_ += ',';
        line_.append("\"").append(key).append("\":");
    }

    std::string line_;
};

}  // namespace load
