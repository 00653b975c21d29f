// SPDX-License-Identifier: BSL-1.0
// Any bytes as received control messages: each lies within the memory, behind the one before; whatever is asked has an
// answer; and every descriptor is found.
#include <cstdint>
#include <cstring>

#include <wali/net/control_message.hpp>

namespace {

constexpr std::size_t room = 512;

void check_messages(const wali::IncomingControl& control, const std::byte* begin, std::size_t size) {
    const std::byte* at = begin;
    for (const wali::ControlMessage message : control.messages()) {
        const std::byte* end = message.data.data() + message.data.size();
        if (message.data.data() < at || end > begin + size) __builtin_trap();
        at = end;
    }
    (void)control.credentials();
    (void)control.packet_info();
    (void)control.timestamp();
    (void)control.segment_size();
    (void)control.hop_limit();
    (void)control.traffic_class();
    (void)control.drops();
    (void)control.error();
}

/// They are no descriptors of this process: none may be closed.
template <class Take>
std::size_t take_all(Take&& take) {
    std::size_t count = 0;
    for (wali::Fd taken = take(); taken; taken = take()) {
        (void)taken.release();
        ++count;
    }
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > room) return 0;
    wali::IncomingControlBuffer<room> control;
    std::memcpy(control.data(), data, size);
    control.set_received(size, false);
    check_messages(control, control.data(), size);
    const std::size_t expected = control.descriptors();
    if (take_all([&] { return control.take_descriptor(); }) != expected || control.descriptors() != 0) __builtin_trap();
    take_all([&] { return control.take_pidfd(); });
    return 0;
}
