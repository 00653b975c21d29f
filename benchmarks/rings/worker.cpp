// SPDX-License-Identifier: BSL-1.0
//
// rings BENCH WAY COUNT: does something COUNT times, by `plain` calls or through a `uring`, and prints how many
// nanoseconds of processor time that took and a number that both ways agree on. No file waits for its disk: what is
// compared are the calls.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <wali/event/epoll.hpp>
#include <wali/fs/temporary_file.hpp>
#include <wali/net/socket.hpp>
#include <wali/time/clock.hpp>
#include <wali/try.hpp>
#include <wali/uring/io_uring.hpp>

namespace {

using wali::IoBuffer;
using wali::IoCompletion;
using wali::IoUring;
using wali::result;
using wali::u32;
using wali::u64;
using wali::usize;

/// The processor time of this process: nothing here waits for anything else, and what else the machine does is not
/// counted.
wali::Duration now() { return wali::time::clock_time(wali::ClockId::PROCESS_CPUTIME_ID).value(); }

/// What has been done, apart from what had to be made before.
struct Outcome {
    wali::Duration elapsed;
    u64 sum;
};

// As a service would have it: its thread does nothing else.
constexpr wali::IoUringOptions ring_options{.entries = 128, .defer_work = true};

// In the page cache of a file system on a disk: those in memory alone have no reads without waiting, so that each of a
// ring's would go to a thread of the kernel's.
result<wali::TemporaryFile> file_of(u64 size) {
    WALI_TRY(wali::TemporaryFile temporary, wali::TemporaryFile::create("/var/tmp/wali-rings-"));
    std::vector<std::byte> bytes(1 << 20);
    for (u64 at = 0; at < size; at += bytes.size()) {
        std::ranges::fill(bytes, static_cast<std::byte>(at >> 20));
        const wali::Transfer written = temporary.file().write_all(bytes);
        if (written.has_error()) return written.error();
    }
    return temporary;
}

// --- copy: 16 MiB from file to file, in blocks of 64 KiB ---

constexpr u64 copy_size = 16 << 20;
constexpr usize copy_block = 64 << 10;

result<u64> copy_plain(const wali::File& from, const wali::File& to) {
    static std::array<std::byte, copy_block> buffer;
    u64 copied = 0;
    while (copied < copy_size) {
        WALI_TRY(const usize size, from.read_at(buffer, copied));
        WALI_TRY(const usize written, to.write_at(std::span(buffer).first(size), copied));
        copied += written;
    }
    return copied;
}

result<u64> copy_uring(IoUring& ring, std::array<IoBuffer, 16>& buffers, const wali::File& from, const wali::File& to) {
    std::array<u64, 16> offsets{};
    u64 next = 0;
    u64 copied = 0;
    for (u32 i = 0; i < buffers.size(); ++i, next += copy_block) {
        offsets[i] = next;
        WALI_TRY(ring.read(from, std::move(buffers[i]), next, {.index = i}));
    }
    while (ring.operations() != 0) {
        WALI_TRY(IoCompletion done, ring.wait());
        WALI_TRY(const usize size, done.get<usize>());
        const u32 i = done.index() % buffers.size();
        if (done.index() < buffers.size()) {  // it was read
            WALI_TRY(ring.write(to, done.take_buffer(), offsets[i], {.index = i + static_cast<u32>(buffers.size())}));
            continue;
        }
        copied += size;
        buffers[i] = done.take_buffer();
        if (next == copy_size) continue;
        offsets[i] = std::exchange(next, next + copy_block);
        WALI_TRY(ring.read(from, std::move(buffers[i]), offsets[i], {.index = i}));
    }
    return copied;
}

result<Outcome> copy(bool by_ring, u64 count) {
    WALI_TRY(const wali::TemporaryFile from, file_of(copy_size));
    WALI_TRY(const wali::TemporaryFile to, file_of(copy_size));
    WALI_TRY(IoUring ring, IoUring::create(ring_options));
    std::array<IoBuffer, 16> buffers;
    for (IoBuffer& buffer : buffers) WALI_TRY(buffer, IoBuffer::allocate(copy_block));
    (void)ring.register_buffers(buffers);
    u64 sum = 0;
    const auto start = now();
    for (; count > 0; --count) {
        WALI_TRY(const u64 copied,
                 by_ring ? copy_uring(ring, buffers, from.file(), to.file()) : copy_plain(from.file(), to.file()));
        sum += copied;
    }
    return Outcome{now() - start, sum};
}

// --- read: 4 KiB at a random place of 64 MiB ---

constexpr u64 read_size = 64 << 20;
constexpr usize page = 4096;

u64 next_place(u64& state) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % (read_size / page) * page;
}

result<u64> read_plain(const wali::File& file, u64 count) {
    alignas(page) static std::array<std::byte, page> buffer;
    u64 state = 1;
    u64 sum = 0;
    for (; count > 0; --count) {
        WALI_TRY(const usize size, file.read_at(buffer, next_place(state)));
        sum += size + static_cast<u64>(buffer[7]);
    }
    return sum;
}

result<u64> read_uring(IoUring& ring, const wali::File& file, u64 count) {
    std::array<IoBuffer, 32> buffers;
    for (IoBuffer& buffer : buffers) WALI_TRY(buffer, IoBuffer::allocate(page));
    (void)ring.register_buffers(buffers);
    WALI_TRY(ring.register_files(1));
    WALI_TRY(ring.make_direct(file));
    WALI_TRY(IoCompletion made, ring.wait());
    WALI_TRY(const wali::DirectDescriptor direct, made.get<wali::DirectDescriptor>());
    u64 state = 1;
    u64 sum = 0;
    for (IoBuffer& buffer : buffers)
        if (count > 0 && count-- > 0) WALI_TRY(ring.read(direct, std::move(buffer), next_place(state)));
    while (ring.operations() != 0) {
        WALI_TRY(IoCompletion done, ring.wait());
        WALI_TRY(const usize size, done.get<usize>());
        IoBuffer buffer = done.take_buffer();
        sum += size + static_cast<u64>(buffer.bytes()[7]);
        if (count == 0) continue;
        --count;
        WALI_TRY(ring.read(direct, std::move(buffer), next_place(state)));
    }
    return sum;
}

result<Outcome> read(bool by_ring, u64 count) {
    WALI_TRY(const wali::TemporaryFile temporary, file_of(read_size));
    const wali::File& file = temporary.file();
    WALI_TRY(IoUring ring, IoUring::create(ring_options));
    const auto start = now();
    WALI_TRY(const u64 sum, by_ring ? read_uring(ring, file, count) : read_plain(file, count));
    return Outcome{now() - start, sum};
}

// --- open: a file is opened and closed again ---

result<u64> open_plain(wali::PathView path, u64 count) {
    u64 sum = 0;
    for (; count > 0; --count) {
        WALI_TRY(const wali::File file, wali::File::open(path));
        sum += file.fd().raw() >= 0 ? 1 : 0;
    }
    return sum;
}

result<u64> open_uring(IoUring& ring, wali::PathView path, u64 count) {
    constexpr usize at_once = 16;
    std::array<wali::File, at_once> files;
    u64 sum = 0;
    for (u64 left = count; left > 0;) {
        const usize some = static_cast<usize>(std::min<u64>(left, at_once));
        for (usize i = 0; i < some; ++i) WALI_TRY(ring.open_at(wali::current_directory(), path, {}));
        for (usize i = 0; i < some; ++i) {
            WALI_TRY(IoCompletion done, ring.wait());
            WALI_TRY(wali::File file, done.get<wali::File>());
            files[i] = std::move(file);
        }
        for (usize i = 0; i < some; ++i) WALI_TRY(ring.close(std::move(files[i]).into_fd()));
        for (usize i = 0; i < some; ++i) {
            WALI_TRY(IoCompletion done, ring.wait());
            WALI_TRY(done.get<void>());
            ++sum;
        }
        left -= some;
    }
    return sum;
}

result<Outcome> open(bool by_ring, u64 count) {
    const wali::PathView path = "/etc/passwd";
    WALI_TRY(IoUring ring, IoUring::create(ring_options));
    const auto start = now();
    WALI_TRY(const u64 sum, by_ring ? open_uring(ring, path, count) : open_plain(path, count));
    return Outcome{now() - start, sum};
}

// --- echo: 64 bytes there and back, over each of 16 connections in turn, both ends in this thread ---

constexpr u32 connections = 16;
constexpr usize echo_size = 64;

result<u64> echo_plain(const std::vector<wali::Socket::Pair>& pairs, u64 count) {
    WALI_TRY(const wali::Epoll epoll, wali::Epoll::create());
    std::vector<wali::EpollRegistration<wali::BorrowedFd>> registrations;
    for (u32 i = 0; i < connections; ++i)
        for (const wali::Socket* const end : {&pairs[i].first, &pairs[i].second}) {
            WALI_TRY(auto registration,
                     epoll.add(end->fd(), wali::EpollEvents::IN, 2 * i + (end == &pairs[i].second ? 1U : 0U)));
            registrations.push_back(std::move(registration));
        }
    std::array<std::byte, echo_size> buffer{};
    std::array<wali::EpollEvent, 2 * connections> events;
    u64 sum = 0;
    for (const wali::Socket::Pair& pair : pairs) WALI_TRY(pair.first.send(buffer));
    for (u64 under_way = connections; under_way != 0;) {
        WALI_TRY(const auto ready, epoll.wait(events));
        for (const wali::EpollEvent& event : ready) {
            const wali::Socket::Pair& pair = pairs[event.index() / 2];
            const bool is_server = event.index() % 2 != 0;
            const wali::Socket& end = is_server ? pair.second : pair.first;
            WALI_TRY(const usize size, end.receive(buffer));
            if (!is_server) {
                sum += size;
                if (sum / echo_size + under_way > count) {
                    --under_way;
                    continue;
                }
            }
            WALI_TRY(end.send(std::span(buffer).first(size)));
        }
    }
    return sum;
}

result<u64> echo_uring(IoUring& ring, const std::vector<wali::Socket::Pair>& pairs, u64 count) {
    constexpr u32 sending = 1000;
    WALI_TRY(const wali::IoBufferGroup group, ring.provide_buffers(4 * connections, echo_size));
    std::vector<IoBuffer> buffers(usize{2} * connections);
    for (u32 i = 0; i < 2 * connections; ++i) {
        WALI_TRY(buffers[i], IoBuffer::allocate(echo_size));
        std::memset(buffers[i].bytes().data(), 0, echo_size);
        WALI_TRY(ring.receive_multishot(i % 2 != 0 ? pairs[i / 2].second : pairs[i / 2].first, group, {.index = i}));
    }
    const auto send = [&](u32 i) {
        return ring.send(i % 2 != 0 ? pairs[i / 2].second : pairs[i / 2].first, std::move(buffers[i]), {},
                         {.index = i + sending});
    };
    u64 sum = 0;
    for (u32 i = 0; i < connections; ++i) WALI_TRY(send(2 * i));
    for (u64 under_way = connections; under_way != 0;) {
        WALI_TRY(IoCompletion done, ring.wait());
        const u32 i = done.index() % sending;
        WALI_TRY(const usize size, done.get<usize>());
        if (done.index() >= sending) {
            buffers[i] = done.take_buffer();
            continue;
        }
        if (i % 2 == 0) {
            sum += size;
            if (sum / echo_size + under_way > count) {
                --under_way;
                continue;
            }
        }
        // What is sent was received, as in an echo: out of the group's buffer into that of this end, unless that one is
        // still being sent.
        if (!buffers[i]) WALI_TRY(buffers[i], IoBuffer::allocate(echo_size));
        buffers[i].select(0, size);
        std::memcpy(buffers[i].bytes().data(), done.take_provided_buffer().bytes().data(), size);
        WALI_TRY(send(i));
    }
    return sum;
}

result<Outcome> echo(bool by_ring, u64 count) {
    std::vector<wali::Socket::Pair> pairs;
    WALI_TRY(const wali::Socket listener, wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)));
    WALI_TRY(const wali::SocketAddress address, listener.local_address());
    for (u32 i = 0; i < connections; ++i) {
        WALI_TRY(wali::Socket client, wali::Socket::connect_to(address));
        WALI_TRY(wali::Socket server, listener.accept());
        pairs.push_back({std::move(client), std::move(server)});
    }
    WALI_TRY(IoUring ring, IoUring::create(ring_options));
    const auto start = now();
    WALI_TRY(const u64 sum, by_ring ? echo_uring(ring, pairs, count) : echo_plain(pairs, count));
    return Outcome{now() - start, sum};
}

result<Outcome> run(std::string_view bench, bool by_ring, u64 count) {
    if (bench == "copy") return copy(by_ring, count);
    if (bench == "read") return read(by_ring, count);
    if (bench == "open") return open(by_ring, count);
    return echo(by_ring, std::max<u64>(count, connections));
}

}  // namespace

int main(int argc, char** argv) {
    u64 count = 0;
    const std::string_view text = argc == 4 ? argv[3] : "";
    const std::string_view bench = argc == 4 ? argv[1] : "";
    const std::string_view way = argc == 4 ? argv[2] : "";
    constexpr std::array<std::string_view, 4> benches{"copy", "read", "open", "echo"};
    if (std::from_chars(text.data(), text.data() + text.size(), count).ec != std::errc() ||
        std::ranges::find(benches, bench) == benches.end() || (way != "plain" && way != "uring")) {
        std::fputs("usage: rings copy|read|open|echo plain|uring COUNT\n", stderr);
        return 2;
    }
    const result<Outcome> outcome = run(bench, way == "uring", count);
    if (outcome.has_error()) {
        wali::Error::Text room;
        const std::string_view error = outcome.error().format(room);
        std::fprintf(stderr, "rings: %.*s\n", static_cast<int>(error.size()), error.data());
        return 1;
    }
    std::printf("%lld %llu\n", static_cast<long long>(outcome.value().elapsed.count()),
                static_cast<unsigned long long>(outcome.value().sum));
    return 0;
}
