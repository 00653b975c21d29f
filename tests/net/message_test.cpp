// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cstdlib>
#include <ranges>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/process.hpp>

using wali::BorrowedFd;
using wali::Errno;
using wali::Fd;
using wali::IncomingControlBuffer;
using wali::IncomingMessage;
using wali::MessageFlags;
using wali::option;
using wali::OutgoingControlBuffer;
using wali::OutgoingMessage;
using wali::Socket;
using wali::SocketAddress;
using wali::SocketType;

namespace {

const wali::ConstBuffer one_byte("x");

OutgoingMessage with(const wali::OutgoingControl& control) { return {.buffers = {&one_byte, 1}, .control = &control}; }

/// The number that the next descriptor gets: whatever leaks changes it.
int next_descriptor() {
    const Fd probe = Fd(wali::File::open("/dev/null").value().into_fd());
    return probe.raw();
}

bool is_close_on_exec(BorrowedFd fd) {
    return (wali::sys::fcntl(fd.raw(), wali::abi::bits(wali::abi::FcntlCommand::GETFD), 0) & 1) != 0;
}

struct Udp {
    Socket socket;
    SocketAddress address;
};

Udp udp(const SocketAddress& any_port = SocketAddress::ipv4_loopback(0)) {
    Socket socket = Socket::create(any_port.family(), SocketType::DGRAM).value();
    CHECK(socket.bind(any_port));
    const SocketAddress address = socket.local_address().value();
    return {std::move(socket), address};
}

}  // namespace

TEST_CASE("descriptors go with a message and have an owner at the other end") {
    const Socket::Pair pair = Socket::pair().value();
    const Socket::Pair sent = Socket::pair().value();
    OutgoingControlBuffer<wali::descriptor_space(2)> out;
    const std::array<BorrowedFd, 2> both{sent.first, sent.second};
    CHECK(out.add_descriptors(both));
    CHECK(pair.first.send_message(with(out)).value() == 1);

    std::array<std::byte, 8> bytes{};
    const wali::MutableBuffer room(bytes);
    IncomingControlBuffer<wali::descriptor_space(2)> in;
    IncomingMessage message{.buffers = {&room, 1}, .control = &in};
    CHECK(pair.second.receive_message(message).value() == 1);
    CHECK(message.size == 1);
    CHECK_FALSE(in.truncated());
    CHECK_FALSE(message.truncated());
    CHECK(in.descriptors() == 2);
    const Socket first = Socket::from_fd(in.take_descriptor());
    const Socket second = Socket::from_fd(in.take_descriptor());
    CHECK(in.descriptors() == 0);
    CHECK_FALSE(in.take_descriptor());
    CHECK(is_close_on_exec(first));
    CHECK(first.send_all("hi"));
    CHECK(sent.second.receive(bytes).value() == 2);
    CHECK(second.send_all("you"));
    CHECK(sent.first.receive(bytes).value() == 3);
}

TEST_CASE("control messages are a range for the standard library") {
    static_assert(std::ranges::forward_range<wali::ControlMessages>);
    OutgoingControlBuffer<128> control;
    CHECK(std::ranges::distance(wali::ControlMessages(control.bytes())) == 0);
    CHECK(control.add_segment_size(100));
    CHECK(control.add_credentials({wali::Pid(1), wali::Uid(0), wali::Gid(0)}));
    const wali::ControlMessages messages(control.bytes());
    CHECK(std::ranges::distance(messages) == 2);
    auto of_sockets = messages | std::views::filter([](const wali::ControlMessage& each) {
                          return each.level == wali::SocketLevel::SOCKET;
                      });
    CHECK(std::ranges::distance(of_sockets) == 1);
    CHECK((*of_sockets.begin()).is(wali::SocketLevel::SOCKET, wali::abi::ControlType::CREDENTIALS));
}

TEST_CASE("descriptors that nobody takes are closed, at the end and by the next message") {
    const Socket::Pair pair = Socket::pair().value();
    OutgoingControlBuffer<wali::descriptor_space(1)> out;
    CHECK(out.add_descriptor(pair.first));
    const int before = next_descriptor();
    {
        std::array<std::byte, 8> bytes{};
        const wali::MutableBuffer room(bytes);
        IncomingControlBuffer<wali::descriptor_space(1)> in;
        IncomingMessage message{.buffers = {&room, 1}, .control = &in};
        for (int i = 0; i < 3; ++i) {
            CHECK(pair.first.send_message(with(out)));
            CHECK(pair.second.receive_message(message).value() == 1);
            CHECK(in.descriptors() == 1);
            CHECK(next_descriptor() == before + 1);
        }
        CHECK(pair.second.receive_message(message, MessageFlags::DONTWAIT).error() == Errno::AGAIN);
        CHECK(in.descriptors() == 0);
        CHECK(next_descriptor() == before);
        CHECK(pair.first.send_message(with(out)));
        CHECK(pair.second.receive_message(message));
    }
    CHECK(next_descriptor() == before);
}

TEST_CASE("truncated messages leak no descriptor") {
    // By hand with WALI_TEST_MESSAGES=1000000.
    const char* wanted = std::getenv("WALI_TEST_MESSAGES");
    const int count = wanted != nullptr ? std::atoi(wanted) : 2000;
    const Socket::Pair pair = Socket::pair(SocketType::SEQPACKET).value();
    constexpr wali::usize most = wali::descriptor_space(5) + wali::control_space(sizeof(wali::abi::ucred));
    OutgoingControlBuffer<most> out;
    const std::array<BorrowedFd, 5> five{pair.first, pair.first, pair.second, pair.second, pair.first};
    CHECK(out.add_descriptors(five));
    CHECK(pair.second.set(option::pass_credentials(true)));
    std::array<std::byte, 8> bytes{};
    const wali::MutableBuffer buffer(bytes);

    /// Receives into less room, of every size; returns how many descriptors came.
    const auto receive = [&](wali::IncomingControl& in, wali::usize room) {
        class Part : public wali::IncomingControl {
          public:
            Part(std::byte* data, wali::usize size) : IncomingControl(data, size) {}
        };
        Part part(in.data(), room);
        IncomingMessage message{.buffers = {&buffer, 1}, .control = &part};
        REQUIRE(pair.second.receive_message(message).value() == 1);
        const wali::usize space = wali::control_space(sizeof(wali::abi::ucred));
        // Credentials come first. Then the kernel passes as many as there is room for, and says what is missing.
        const wali::usize left = room < space + 16 ? 0 : (room - space - 16) / sizeof(int);
        const wali::usize expected = left < 5 ? left : 5;
        REQUIRE(part.descriptors() == expected);
        REQUIRE(part.truncated() == (expected < 5));
        REQUIRE(message.control_truncated() == part.truncated());
        if (room % 3 == 0) (void)part.take_descriptor();
        return expected;
    };
    IncomingControlBuffer<most> in;
    const int before = next_descriptor();
    wali::usize received = 0;
    for (int i = 0; i < count; ++i) {
        REQUIRE(pair.first.send_message(with(out)).value() == 1);
        received += receive(in, static_cast<wali::usize>(i) % (most + 1));
    }
    CHECK(received > 0);
    CHECK(next_descriptor() == before);
}

TEST_CASE("without room for control messages descriptors are dropped, and it is seen") {
    const Socket::Pair pair = Socket::pair().value();
    OutgoingControlBuffer<wali::descriptor_space(1)> out;
    CHECK(out.add_descriptor(pair.first));
    CHECK(out.add_descriptor(pair.first).error() == Errno::NOBUFS);
    const int before = next_descriptor();
    CHECK(pair.first.send_message(with(out)));
    std::array<std::byte, 8> bytes{};
    const wali::MutableBuffer room(bytes);
    IncomingMessage message{.buffers = {&room, 1}};
    CHECK(pair.second.receive_message(message).value() == 1);
    CHECK(message.control_truncated());
    CHECK(next_descriptor() == before);
}

TEST_CASE("a message says who sent it") {
    const Socket::Pair pair = Socket::pair(SocketType::DGRAM).value();
    CHECK(pair.second.set(option::pass_credentials(true)));
    const bool has_pidfd = pair.second.set(option::pass_pidfd(true)).has_value();  // Linux 6.5
    OutgoingControlBuffer<64> out;
    CHECK(out.add_credentials(
        {wali::process::id(), wali::Uid(wali::u32(wali::sys::getuid())), wali::Gid(wali::u32(wali::sys::getgid()))}));
    CHECK(pair.first.send_message(with(out)));
    IncomingControlBuffer<128> in;
    IncomingMessage message{.control = &in};
    CHECK(pair.second.receive_message(message).value() == 0);
    CHECK(message.truncated());
    REQUIRE(in.credentials());
    CHECK(in.credentials()->process == wali::process::id());
    const Fd pidfd = in.take_pidfd();
    CHECK(static_cast<bool>(pidfd) == has_pidfd);
    if (has_pidfd) CHECK(is_close_on_exec(pidfd));
    CHECK_FALSE(in.packet_info());
    CHECK_FALSE(in.error());
    out.clear();
    CHECK(out.add_credentials({wali::Pid(1), wali::Uid(0), wali::Gid(0)}));
    if (wali::sys::getuid() != 0) CHECK(pair.first.send_message(with(out)).error() == Errno::PERM);
}

TEST_CASE("a datagram says where and when it came in") {
    const Udp server = udp(SocketAddress::ipv4_any(0));
    const Udp client = udp();
    CHECK(server.socket.set(option::ip::packet_info(true)));
    CHECK(server.socket.set(option::ip::receive_ttl(true)));
    CHECK(server.socket.set(option::ip::receive_tos(true)));
    CHECK(server.socket.set(option::timestamp(true)));
    CHECK(client.socket.set(option::ip::ttl(7)));
    CHECK(client.socket.set(option::ip::tos(0x28)));
    const SocketAddress to = SocketAddress::ipv4_loopback(server.address.port());
    const auto started = wali::RealtimeClock::now();
    CHECK(client.socket.send_to("hello", to).value() == 5);

    std::array<std::byte, 3> bytes{};
    const wali::MutableBuffer room(bytes);
    IncomingControlBuffer<256> in;
    SocketAddress from;
    IncomingMessage message{.buffers = {&room, 1}, .from = &from, .control = &in};
    CHECK(server.socket.receive_message(message).value() == 3);
    CHECK(message.truncated());
    CHECK_FALSE(message.control_truncated());
    CHECK(from == client.address);
    REQUIRE(in.packet_info());
    CHECK(in.packet_info()->address == wali::IpAddress::v4_loopback());
    CHECK(in.packet_info()->interface != 0);
    CHECK(in.hop_limit() == 7);
    CHECK(in.traffic_class() == 0x28);
    REQUIRE(in.timestamp());
    CHECK(*in.timestamp() >= started);
    CHECK(*in.timestamp() <= wali::RealtimeClock::now());

    // The answer goes out from the address to which the question came.
    OutgoingControlBuffer<64> out;
    CHECK(out.add_packet_info({.address = wali::IpAddress::v4({127, 0, 0, 2})}));
    OutgoingMessage answer = with(out);
    answer.to = &from;
    CHECK(server.socket.send_message(answer).value() == 1);
    CHECK(client.socket.receive_from(bytes, from).value() == 1);
    CHECK(from == SocketAddress::ipv4({127, 0, 0, 2}, server.address.port()));
}

TEST_CASE("one send is cut into datagrams, which may come put together") {
    const Udp server = udp();
    const Udp client = udp();
    OutgoingControlBuffer<wali::control_space(2)> out;
    CHECK(out.add_segment_size(1000));
    const std::vector<std::byte> bytes(2500);
    const wali::ConstBuffer buffer(bytes);
    CHECK(client.socket.send_message({.buffers = {&buffer, 1}, .to = &server.address, .control = &out}).value() ==
          2500);
    std::vector<std::byte> large(4000);
    SocketAddress from;
    CHECK(server.socket.receive_from(large, from).value() == 1000);
    CHECK(server.socket.receive_from(large, from).value() == 1000);
    CHECK(server.socket.receive_from(large, from).value() == 500);

    CHECK(server.socket.set(option::udp::receive_offload(true)));
    CHECK(client.socket.send_message({.buffers = {&buffer, 1}, .to = &server.address, .control = &out}).value() ==
          2500);
    const wali::MutableBuffer room(large);
    IncomingControlBuffer<64> in;
    IncomingMessage message{.buffers = {&room, 1}, .control = &in};
    CHECK(server.socket.receive_message(message).value() == 2500);
    CHECK(in.segment_size() == 1000);
}

TEST_CASE("several messages are sent and received in one call") {
    const Udp server = udp();
    const Udp client = udp();
    const std::array<wali::ConstBuffer, 3> texts{"one", "three", "seventeen"};
    std::array<OutgoingMessage, 3> out;
    for (wali::usize i = 0; i < 3; ++i) out[i] = {.buffers = {&texts[i], 1}, .to = &server.address};
    CHECK(client.socket.send_messages(out).value() == 3);
    CHECK(out[2].sent == 9);

    std::array<std::array<std::byte, 5>, 4> bytes{};
    std::array<SocketAddress, 4> from;
    std::array<wali::MutableBuffer, 4> rooms;
    std::array<IncomingMessage, 4> in;
    for (wali::usize i = 0; i < 4; ++i) {
        rooms[i] = wali::MutableBuffer(bytes[i]);
        in[i] = {.buffers = {&rooms[i], 1}, .from = &from[i]};
    }
    CHECK(server.socket.receive_messages(in, MessageFlags::WAITFORONE).value() == 3);
    CHECK(in[0].size == 3);
    CHECK(wali::as_text(bytes[1]) == "three");
    CHECK_FALSE(in[1].truncated());
    CHECK(in[2].truncated());
    CHECK(from[2] == client.address);
    CHECK(server.socket.receive_messages(in, MessageFlags::DONTWAIT).error() == Errno::AGAIN);
    CHECK(server.socket.receive_messages({}).value() == 0);
}

TEST_CASE("more messages than one call moves are left for the next") {
    const Udp client = udp();
    const Udp server = udp();
    std::vector<OutgoingMessage> out(Socket::messages_max + 1);
    for (OutgoingMessage& message : out) message = {.buffers = {&one_byte, 1}, .to = &server.address};
    CHECK(client.socket.send_messages(out).value() == Socket::messages_max);
}

TEST_CASE("a refused datagram comes back in the queue of errors") {
    const Udp client = udp();
    CHECK(client.socket.set(option::ip::receive_errors(true)));
    SocketAddress nobody;
    {
        nobody = udp().address;
    }
    CHECK(client.socket.send_to("x", nobody).value() == 1);
    IncomingControlBuffer<256> in;
    SocketAddress to;
    IncomingMessage message{.from = &to, .control = &in};
    CHECK(client.socket.receive_message(message, MessageFlags::ERRQUEUE));
    CHECK(to == nobody);
    REQUIRE(in.error());
    CHECK(in.error()->code == Errno::CONNREFUSED);
    CHECK(in.error()->origin == wali::abi::ErrorOrigin::ICMP);
    REQUIRE(in.error()->offender);
    CHECK(in.error()->offender->address == wali::IpAddress::v4_loopback());
    CHECK(client.socket.receive_completion().error() == Errno::AGAIN);
}

TEST_CASE("an offender whose address is cut off is not told") {
    const Udp client = udp();
    CHECK(client.socket.set(option::ip::receive_errors(true)));
    SocketAddress nobody;
    {
        nobody = udp().address;
    }
    CHECK(client.socket.send_to("x", nobody).value() == 1);
    constexpr wali::usize family_and_port = 4;
    IncomingControlBuffer<sizeof(wali::abi::cmsghdr) + sizeof(wali::abi::sock_extended_err) + family_and_port> in;
    IncomingMessage message{.control = &in};
    CHECK(client.socket.receive_message(message, MessageFlags::ERRQUEUE));
    CHECK(in.truncated());
    REQUIRE(in.error());
    CHECK(in.error()->code == Errno::CONNREFUSED);
    CHECK_FALSE(in.error()->offender);
}

TEST_CASE("zero-copy sends are reported when their memory is free again") {
    const Udp server = udp();
    const Udp client = udp();
    CHECK(client.socket.connect(server.address));
    const auto allowed = client.socket.set(option::zero_copy(true));
    REQUIRE(allowed);
    const std::vector<std::byte> bytes(10000);
    for (int i = 0; i < 3; ++i) CHECK(client.socket.send(bytes, MessageFlags::ZEROCOPY).value() == bytes.size());
    std::vector<std::byte> room(10000);
    for (int i = 0; i < 3; ++i) CHECK(server.socket.receive(room).value() == bytes.size());
    // Ranges that follow one another are one completion, or several.
    wali::u32 next = 0;
    while (next < 3) {
        const auto completion = client.socket.receive_completion();
        REQUIRE(completion);
        CHECK(completion.value().first == next);
        CHECK(completion.value().copied);  // a packet to this machine is always copied
        next = completion.value().last + 1;
    }
    CHECK(next == 3);
    CHECK(client.socket.receive_completion().error() == Errno::AGAIN);
}

TEST_CASE("a Unix datagram's sender without a name has no address") {
    const Socket::Pair pair = Socket::pair(SocketType::DGRAM).value();
    CHECK(pair.first.send("x"));
    SocketAddress from = SocketAddress::ipv4_any(1);
    std::array<std::byte, 1> bytes{};
    CHECK(pair.second.receive_from(bytes, from).value() == 1);
    CHECK(from.family() == wali::AddressFamily::UNSPEC);
}
