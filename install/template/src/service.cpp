#include "service.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <wali/try.hpp>

namespace {

constexpr std::chrono::seconds patience{10};  // with a client that sends nothing

}  // namespace

std::string answer_to(std::string_view line) {
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    return line.empty() ? "who are you?\n" : "hello, " + std::string(line) + "\n";
}

wali::result<void> serve(const wali::Socket& client) {
    std::array<std::byte, 512> buffer;
    WALI_TRY(client.set(wali::option::receive_timeout(patience)));
    WALI_TRY(const auto size, client.receive(buffer));
    const std::string answer = answer_to({reinterpret_cast<const char*>(buffer.data()), size});
    return client.send_all(std::as_bytes(std::span(answer)));
}
