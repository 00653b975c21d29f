// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wali/ipc/pipe.hpp>
#include <wali/net/socket_option.hpp>
#include <wali/process/process.hpp>
#include <wali/process/wait.hpp>
#include <wali/uring/io_uring.hpp>

#include "operations.hpp"
#include "support/leaves_nothing.hpp"

using namespace std::chrono_literals;
using test::filled;
using test::finish;
using test::text_of;
using wali::DirectDescriptor;
using wali::Errno;
using wali::IoBuffer;
using wali::IoBufferVector;
using wali::IoCompletion;
using wali::IoControl;
using wali::IoUring;
using wali::IoUringOperation;
using wali::ProvidedBuffer;
using wali::Socket;
using wali::SocketAddress;
using wali::usize;

namespace {

Socket listener() { return Socket::listen_on(SocketAddress::ipv4_loopback(0)).value(); }

Socket connected_to(const Socket& listener) { return Socket::connect_to(listener.local_address().value()).value(); }

IoBufferVector one(std::string_view text) {
    IoBuffer buffer = filled(text);
    return IoBufferVector::of(std::span(&buffer, 1)).value();
}

Socket datagrams() {
    Socket socket = Socket::create(wali::AddressFamily::INET, wali::SocketType::DGRAM).value();
    REQUIRE(socket.bind(SocketAddress::ipv4_loopback(0)));
    return socket;
}

std::string received(const Socket& socket) {
    std::array<char, 100> text;
    const usize size = socket.receive(text).value();
    return {text.data(), size};
}

}  // namespace

TEST_CASE("a connection is made, used and shut down through a ring") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    const Socket server = listener();
    const SocketAddress address = server.local_address().value();
    const auto accepting = ring.accept_from(server, {.index = 1}).value();
    Socket client = finish(ring, ring.socket(wali::AddressFamily::INET, wali::SocketType::STREAM, 0)).value();
    const auto connecting = ring.connect(client, address, {.index = 2}).value();
    Socket peer;
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        if (done.index() == 2) {
            CHECK(done.get(connecting));
            continue;
        }
        CHECK(done.address() == client.local_address().value());
        peer = done.get(accepting).value();
    }
    CHECK(finish(ring, ring.send(client, filled("hello"), {})).value() == 5);
    CHECK(ring.receive(peer, filled("......"), {}));
    IoCompletion done = ring.wait().value();
    CHECK(done.get<usize>().value() == 5);
    CHECK(text_of(done.take_buffer()) == "hello.");
    CHECK(finish(ring, ring.shutdown(client, wali::ShutdownHow::WR)).has_value());
    CHECK(finish(ring, ring.receive(peer, filled("."), {})).value() == 0);
    CHECK(finish(ring, ring.shutdown(peer, wali::ShutdownHow::RDWR)).has_value());
    // No SIGPIPE.
    CHECK(finish(ring, ring.send(peer, filled("x"), {})).error() == wali::Error(Errno::PIPE, wali::Call::sendto));
}

TEST_CASE("a listener is made through a ring") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::BIND) || !ring.supports(IoUringOperation::LISTEN)) return;
    const Socket server = Socket::create(wali::AddressFamily::INET, wali::SocketType::STREAM).value();
    CHECK(finish(ring, ring.bind(server, SocketAddress::ipv4_loopback(0))).has_value());
    CHECK(finish(ring, ring.listen(server, 10)).has_value());
    const Socket client = connected_to(server);
    CHECK(finish(ring, ring.accept(server)).has_value());
}

TEST_CASE("datagrams come with who has sent them") {
    IoUring ring = IoUring::create().value();
    const Socket one = datagrams();
    const Socket two = datagrams();
    const auto receiving = ring.receive_from(two, filled("........"), {}).value();
    const auto sending = ring.send_to(one, filled("ping"), two.local_address().value(), {}).value();
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        if (done.is_for(sending)) {
            CHECK(done.get(sending).value() == 4);
            CHECK(text_of(done.take_buffer()) == "ping");
        } else {
            CHECK(done.get(receiving).value() == 4);
            CHECK(done.address() == one.local_address().value());
            CHECK(text_of(done.take_buffer()) == "ping....");
        }
    }
}

TEST_CASE("what is looked at stays to be received") {
    IoUring ring = IoUring::create().value();
    const Socket from = datagrams();
    const Socket to = datagrams();
    CHECK(from.send_to(std::string_view("look"), to.local_address().value()).value() == 4);
    const auto peek = wali::MessageFlags::PEEK;
    CHECK(finish(ring, ring.receive(to, filled("...."), peek)).value() == 4);
    CHECK(finish(ring, ring.receive_from(to, filled("...."), peek)).value() == 4);
    CHECK(finish(ring, ring.receive_message(to, one("...."), IoControl(), peek)).value() == 4);
    CHECK(received(to) == "look");
}

TEST_CASE("no way to send to a closed peer raises SIGPIPE") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    Socket::Pair pair = Socket::pair().value();
    pair.second = Socket();
    const wali::Error closed(Errno::PIPE, wali::Call::sendmsg);
    CHECK(finish(ring, ring.send(pair.first, filled("x"), {})).error() == Errno::PIPE);
    CHECK(finish(ring, ring.send_message(pair.first, one("x"), {})).error() == closed);
    const IoUring::MessageOptions at_once{.flags = wali::MessageFlags::DONTWAIT};
    CHECK(finish(ring, ring.send_message(pair.first, one("x"), at_once)).error() == closed);
}

TEST_CASE("a message has several buffers, an address, and what the kernel says about it") {
    IoUring ring = IoUring::create().value();
    const Socket from = datagrams();
    const Socket to = datagrams();
    const SocketAddress address = to.local_address().value();
    std::array<IoBuffer, 2> parts{filled("da"), filled("tagram")};
    CHECK(ring.send_message(from, IoBufferVector::of(parts).value(), {.to = &address}));
    IoCompletion done = ring.wait().value();
    CHECK(done.get<usize>().value() == 8);
    CHECK(text_of(done.take_buffers().buffers()[1]) == "tagram");
    std::array<IoBuffer, 2> room{filled(".."), filled("...")};
    const auto receiving = ring.receive_message(to, IoBufferVector::of(room).value(), IoControl(), {}).value();
    done = ring.wait().value();
    CHECK(done.get(receiving).value() == 5);
    CHECK(done.address() == from.local_address().value());
    CHECK(contains(done.message_flags(), wali::MessageFlags::TRUNC));
    CHECK_FALSE(done.take_control());
    const IoBufferVector buffers = done.take_buffers();
    CHECK(text_of(buffers.buffers()[0]) == "da");
    CHECK(text_of(buffers.buffers()[1]) == "tag");
    CHECK(finish(ring, ring.send_message(wali::BorrowedFd(), one("x"), {})).error() ==
          wali::Error(Errno::BADF, wali::Call::sendmsg));
}

TEST_CASE("a message through a ring carries descriptors, with one owner") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    const auto pair = Socket::pair(wali::SocketType::SEQPACKET).value();
    const wali::Pipe pipe = wali::Pipe::create().value();
    const auto send = [&] {
        wali::OutgoingControlBuffer<wali::descriptor_space(2)> control;
        const std::array<wali::BorrowedFd, 2> descriptors{pipe.reader, pipe.writer};
        REQUIRE(control.add_descriptors(descriptors));
        CHECK(finish(ring, ring.send_message(pair.first, one("two"), {.control = &control})).value() == 3);
    };
    const auto receive = [&](usize room) {
        return ring.receive_message(pair.second, one("...."), IoControl::allocate(room).value(), {}).value();
    };
    // Nobody takes the first, nor looks at the second, nor takes one of the third.
    send();
    (void)receive(wali::descriptor_space(2));
    CHECK(ring.wait().value().take_control().received().descriptors() == 2);
    send();
    (void)receive(wali::descriptor_space(2));
    CHECK(ring.wait());
    send();
    const auto receiving = receive(wali::descriptor_space(2));
    IoCompletion done = ring.wait().value();
    CHECK(done.get(receiving).value() == 3);
    CHECK_FALSE(contains(done.message_flags(), wali::MessageFlags::CTRUNC));
    IoControl control = done.take_control();
    CHECK_FALSE(done.take_control());
    IoControl other = std::move(control);
    const wali::Fd reader = other.received().take_descriptor();
    CHECK((fcntl(reader.raw(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(wali::write(pipe.writer, wali::ConstBytes("!")).value() == 1);
    std::array<char, 1> byte;
    CHECK(wali::read(reader, byte).value() == 1);
    // What does not fit is dropped, and said.
    send();
    (void)receive(wali::descriptor_space(0) + sizeof(int));
    done = ring.wait().value();
    CHECK(contains(done.message_flags(), wali::MessageFlags::CTRUNC));
    control = done.take_control();
    CHECK(control.received().truncated());
    CHECK(control.received().descriptors() == 1);
    // Room that was used before is empty when it is used again, also by what fails.
    CHECK(ring.receive_message(wali::BorrowedFd(), one("."), std::move(control), {}));
    done = ring.wait().value();
    CHECK(done.get<usize>().error() == wali::Error(Errno::BADF, wali::Call::recvmsg));
    CHECK(done.take_control().received().descriptors() == 0);
    // Under way when the ring ends.
    send();
    (void)receive(wali::descriptor_space(2));
    (void)receive(wali::descriptor_space(2));
    CHECK(ring.submit());
}

TEST_CASE("a message that was waited for has all that came with it, credentials and descriptors") {
    for (const bool waits : {false, true}) {
        CAPTURE(waits);
        const test::LeavesNothing nothing;
        const Socket::Pair pair = Socket::pair().value();
        CHECK(pair.second.set(wali::option::pass_credentials(true)));
        IoUring ring = IoUring::create().value();
        const auto receiving = ring.receive_message(pair.second, one("..."), IoControl::allocate(256).value(), {});
        if (waits) CHECK(ring.submit());
        const std::array<wali::BorrowedFd, 2> sent{pair.first.fd(), pair.second.fd()};
        wali::OutgoingControlBuffer<wali::descriptor_space(2)> control;
        CHECK(control.add_descriptors(sent));
        const wali::ConstBuffer text("abc");
        wali::OutgoingMessage message{.buffers = {&text, 1}, .control = &control};
        CHECK(pair.first.send_message(message));
        IoCompletion done = ring.wait().value();
        CHECK(done.get(receiving.value()).value() == 3);
        CHECK_FALSE(contains(done.message_flags(), wali::MessageFlags::CTRUNC));
        IoControl received = done.take_control();
        CHECK(received.received().descriptors() == 2);
        REQUIRE(received.received().credentials());
        CHECK(received.received().credentials()->process == wali::process::id());
    }
}

TEST_CASE("a message that is sent without a copy gives its buffers back with the notification") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::SENDMSG_ZC)) return;
    const Socket server = listener();
    const Socket client = connected_to(server);
    const Socket peer = server.accept().value();
    const auto sending = ring.send_message_zero_copy(client, one("zero copy"), {}).value();
    IoCompletion done = ring.wait().value();
    CHECK(done.get(sending).value() == 9);
    CHECK(done.has_more());
    CHECK(done.take_buffers().count() == 0);
    CHECK(received(peer) == "zero copy");
    done = ring.wait().value();
    CHECK(done.is_notification());
    CHECK(text_of(done.take_buffers().buffers()[0]) == "zero copy");
}

TEST_CASE("sends without a copy and operations that drain do not wait for each other") {
    const test::LeavesNothing nothing;
    const Socket server = listener();
    const Socket client = connected_to(server);
    const Socket peer = server.accept().value();
    const auto send = [&](IoUring& ring, const wali::IoOptions& options) {
        return ring.send_zero_copy(client, filled("x"), {}, options).value();
    };
    const auto sent = [&](IoUring& ring, wali::IoKey<usize> key) {
        IoCompletion done = ring.wait().value();
        const bool has_buffer = done.take_buffer().size() == 1;
        return done.get(key).value() == 1 && !done.has_more() && has_buffer && received(peer) == "x";
    };
    {  // behind one that has drained
        IoUring ring = IoUring::create().value();
        CHECK(finish(ring, ring.nop({.drain = true})).has_value());
        const auto sending = send(ring, {});
        CHECK(sent(ring, sending));
        CHECK(finish(ring, ring.send_message_zero_copy(client, one("x"), {})).value() == 1);
        CHECK(ring.operations() == 0);
        CHECK(received(peer) == "x");
    }
    {  // one that drains itself
        IoUring ring = IoUring::create().value();
        const wali::Pipe pipe = wali::Pipe::create().value();
        const auto reading = ring.read(pipe.reader, filled("."), IoUring::current_offset).value();
        const auto sending = send(ring, {.drain = true});
        CHECK(ring.submit());
        CHECK(pipe.writer.write_all("y"));
        CHECK(ring.wait().value().get(reading).value() == 1);
        CHECK(sent(ring, sending));
    }
    {  // a chain's first is the one that would drain
        IoUring ring = IoUring::create().value();
        (void)send(ring, {.link = true});
        CHECK(ring.nop({.drain = true}).error() == Errno::INVAL);
        CHECK(ring.nop().has_value());
    }
}

TEST_CASE("a send without a copy that takes too long says so, and gives its buffer back") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::SEND_ZC)) return;
    const Socket server = listener();
    const Socket client = connected_to(server);
    const Socket peer = server.accept().value();
    REQUIRE(client.set_non_blocking(true));
    const std::string much(1 << 20, 'x');
    while (client.send(much)) {
    }
    REQUIRE(client.set_non_blocking(false));
    // What is on its way to the peer makes room when it arrives there: some are sent.
    for (bool late = false; !late;) {
        const auto sending = ring.send_zero_copy(client, filled("late"), {}, {.timeout = 1ms}).value();
        IoCompletion done = ring.wait().value();
        const wali::result<usize> sent = done.get(sending);
        late = !sent;
        if (late) CHECK(sent.error() == wali::Error(Errno::TIMEDOUT, wali::Call::sendto));
        if (done.has_more()) done = ring.wait().value();
        CHECK(text_of(done.take_buffer()) == "late");
    }
    CHECK(ring.operations() == 0);
}

TEST_CASE("options of a socket that has no number are set through its ring") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::FIXED_FD_INSTALL)) return;  // Linux 6.8, and this is of 6.7
    CHECK(ring.register_files(1));
    const DirectDescriptor socket =
        finish(ring, ring.socket_direct(wali::AddressFamily::INET, wali::SocketType::STREAM, 0)).value();
    CHECK(finish(ring, ring.set_option(socket, wali::option::tcp::no_delay(true))).has_value());
    const Socket installed = Socket::from_fd(finish(ring, ring.install(socket)).value());
    CHECK(installed.get(wali::option::tcp::no_delay).value());
    CHECK(finish(ring, ring.set_option(installed, wali::option::tcp::no_delay(false))).has_value());
    CHECK_FALSE(installed.get(wali::option::tcp::no_delay).value());
    const Socket unix_socket = Socket::create(wali::AddressFamily::UNIX, wali::SocketType::STREAM).value();
    CHECK(finish(ring, ring.set_option(unix_socket, wali::option::tcp::no_delay(true))).error() ==
          wali::Error(Errno::OPNOTSUPP, wali::Call::setsockopt));
}

TEST_CASE("one accept takes connection after connection, until it is cancelled") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    const Socket server = listener();
    const auto accepting = ring.accept_multishot(server).value();
    CHECK(ring.submit());
    std::vector<Socket> clients;
    std::vector<Socket> peers;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(connected_to(server));
        IoCompletion done = ring.wait().value();
        CHECK(done.has_more());
        peers.push_back(done.get(accepting).value());
        CHECK(clients.back().send("x").value() == 1);
        CHECK(received(peers.back()) == "x");
    }
    CHECK(ring.operations() == 1);
    const auto cancelling = ring.cancel(accepting).value();
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        CHECK_FALSE(done.has_more());
        if (done.is_for(cancelling))
            CHECK(done.get(cancelling));
        else
            CHECK(done.get(accepting).error() == Errno::CANCELED);
    }
    // Whoever is accepted after the program has stopped looking is closed.
    CHECK(ring.accept_multishot(server));
    CHECK(ring.submit());
    clients.push_back(connected_to(server));
}

TEST_CASE("one receive fills buffer after buffer, and the program gives each back") {
    IoUring ring = IoUring::create().value();
    const auto pair = Socket::pair().value();
    CHECK(ring.provide_buffers(3, 8).error() == Errno::INVAL);
    const wali::IoBufferGroup other = ring.provide_buffers(2, 4).value();
    const wali::IoBufferGroup group = ring.provide_buffers(4, 8).value();
    CHECK(other.number() != group.number());
    CHECK(finish(ring, ring.receive_multishot(pair.second, wali::IoBufferGroup())).error() == Errno::NOBUFS);
    const auto receiving = ring.receive_multishot(pair.first, group).value();
    CHECK(ring.submit());
    for (int i = 0; i < 20; ++i) {
        const std::string text = "text " + std::to_string(i);
        CHECK(pair.second.send(text).value() == text.size());
        IoCompletion done = ring.wait().value();
        CHECK(done.has_more());
        CHECK(done.get(receiving).value() == text.size());
        const ProvidedBuffer buffer = done.take_provided_buffer();
        CHECK(wali::as_text(buffer.bytes()) == text);
    }
    // Who keeps all of them gets no more.
    std::vector<ProvidedBuffer> kept;
    for (int i = 0; i < 4; ++i) {
        const std::string text = std::to_string(i);
        CHECK(pair.second.send(text));
        IoCompletion done = ring.wait().value();
        CHECK(done.get(receiving).value() == 1);
        kept.push_back(done.take_provided_buffer());
    }
    for (usize i = 0; i < 4; ++i) CHECK(wali::as_text(kept[i].bytes()) == std::to_string(i));
    CHECK(pair.second.send("more"));
    IoCompletion done = ring.wait().value();
    CHECK_FALSE(done.has_more());
    CHECK(done.get(receiving).error() == Errno::NOBUFS);
    CHECK_FALSE(done.take_provided_buffer());
    kept.erase(kept.begin());
    const auto again = ring.receive_multishot(pair.first, group).value();
    done = ring.wait().value();
    CHECK(done.get(again).value() == 4);
    CHECK(wali::as_text(std::as_const(kept[0]).bytes()) == "1");
    // What was lent outlives the ring.
    ring = IoUring();
    CHECK(wali::as_text(done.take_provided_buffer().bytes()) == "more");
    CHECK(wali::as_text(kept[2].bytes()) == "3");
    kept[2].give_back();
    CHECK_FALSE(kept[2]);
}

TEST_CASE("one read fills buffer after buffer until the pipe ends") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::READ_MULTISHOT)) return;
    auto pair = Socket::pair().value();
    const wali::IoBufferGroup group = ring.provide_buffers(2, 4).value();
    const auto reading = ring.read_multishot(pair.first, group).value();
    CHECK(ring.submit());
    CHECK(pair.second.send("abcdefgh"));
    CHECK(pair.second.close());
    std::string text;
    for (bool more = true; more;) {
        IoCompletion done = ring.wait().value();
        more = done.has_more();
        const wali::result<usize> size = done.get(reading);
        if (size) text += wali::as_text(done.take_provided_buffer().bytes());
        if (!size) CHECK(size.error() == Errno::NOBUFS);
        if (!more && !size) more = ring.read_multishot(pair.first, group).has_value() && text.size() < 8;
    }
    CHECK(text == "abcdefgh");
}

TEST_CASE("a poll says what a socket is ready for, once or whenever that changes") {
    IoUring ring = IoUring::create().value();
    const auto pair = Socket::pair().value();
    using wali::EpollEvents;
    CHECK(finish(ring, ring.poll(pair.first, EpollEvents::OUT)).value() == EpollEvents::OUT);
    const auto polling = ring.poll_multishot(pair.first, EpollEvents::IN).value();
    for (int i = 0; i < 3; ++i) {
        CHECK(ring.submit());
        CHECK(pair.second.send("x"));
        IoCompletion done = ring.wait().value();
        CHECK(done.has_more());
        CHECK(done.get(polling).value() == EpollEvents::IN);
        CHECK(received(pair.first) == "x");
    }
}

TEST_CASE("a poll that is under way watches for other events") {
    IoUring ring = IoUring::create().value();
    const auto pair = Socket::pair().value();
    using wali::EpollEvents;
    const auto polling = ring.poll(pair.first, EpollEvents::IN).value();
    CHECK(ring.submit());
    const auto updating = ring.update_poll(polling, EpollEvents::OUT).value();
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        if (done.is_for(updating))
            CHECK(done.get(updating));
        else
            CHECK(done.get(polling).value() == EpollEvents::OUT);
    }
    CHECK(finish(ring, ring.update_poll(polling, EpollEvents::IN)).error() == Errno::NOENT);
}

TEST_CASE("a buffer that is sent without a copy comes back with the notification") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::SEND_ZC)) return;
    const Socket server = listener();
    const Socket client = connected_to(server);
    const Socket peer = server.accept().value();
    IoBuffer buffer = filled("zero copy");
    const std::byte* const memory = buffer.bytes().data();
    const auto sending = ring.send_zero_copy(client, std::move(buffer), {}).value();
    IoCompletion done = ring.wait().value();
    CHECK(done.get(sending).value() == 9);
    CHECK(done.has_more());
    CHECK_FALSE(done.is_notification());
    CHECK_FALSE(done.take_buffer());
    CHECK(ring.operations() == 1);
    CHECK(received(peer) == "zero copy");
    done = ring.wait().value();
    CHECK(done.is_for(sending));
    CHECK(done.is_notification());
    CHECK_FALSE(done.has_more());
    buffer = done.take_buffer();
    CHECK(buffer.bytes().data() == memory);
    CHECK(ring.operations() == 0);
    // One that fails has no notification to wait for, or has one: either way the buffer is back at the end.
    CHECK(ring.send_zero_copy(wali::BorrowedFd(), std::move(buffer), {}));
    done = ring.wait().value();
    CHECK(done.get<void>().error() == Errno::BADF);
    if (done.has_more()) done = ring.wait().value();
    CHECK(done.take_buffer());
}

TEST_CASE("registered buffers are ordinary ones") {
    IoUring ring = IoUring::create().value();
    std::array<IoBuffer, 2> buffers{filled("first"), filled("second")};
    CHECK(ring.register_buffers({}).error() == Errno::INVAL);
    CHECK(ring.register_buffers(buffers));
    CHECK(ring.register_buffers(buffers).error() == Errno::BUSY);
    const auto pair = Socket::pair().value();
    CHECK(finish(ring, ring.write(pair.first, std::move(buffers[1]), 0)).value() == 6);
    CHECK(ring.read(pair.second, std::move(buffers[0]), 0));
    IoCompletion done = ring.wait().value();
    CHECK(done.get<usize>().value() == 5);
    buffers[0] = done.take_buffer();
    CHECK(text_of(buffers[0]) == "secon");
    // In another ring, too, where others are registered.
    IoUring other = IoUring::create().value();
    std::array<IoBuffer, 1> others{filled("other")};
    CHECK(other.register_buffers(others));
    CHECK(finish(other, other.write(pair.first, std::move(buffers[0]), 0)).value() == 5);
}

TEST_CASE("buffers without a byte are among the registered ones, and stay ordinary") {
    IoUring ring = IoUring::create().value();
    std::array<IoBuffer, 3> buffers{IoBuffer(), IoBuffer::allocate(0).value(), filled("third")};
    CHECK(ring.register_buffers(buffers));
    const auto pair = Socket::pair().value();
    for (IoBuffer& buffer : buffers) {
        const usize size = buffer.size();
        CHECK(finish(ring, ring.write(pair.first, std::move(buffer), 0)).value() == size);
    }
}

TEST_CASE("a ring's direct descriptors need no number of the process") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    CHECK(finish(ring, ring.socket_direct(wali::AddressFamily::UNIX, wali::SocketType::STREAM, 0)).error() ==
          Errno::NFILE);  // no table
    CHECK(finish(ring, ring.make_direct(wali::standard_error())).error() == Errno::NXIO);
    CHECK(ring.register_files(2));
    CHECK(ring.register_files(2).error() == Errno::BUSY);
    const int before = test::open_descriptors();
    const auto here = wali::current_directory();
    DirectDescriptor zero = finish(ring, ring.open_direct_at(here, "/dev/zero", {})).value();
    DirectDescriptor copy;
    {
        const wali::File null = wali::File::open("/dev/null", wali::OpenFlags::WRONLY).value();
        copy = finish(ring, ring.make_direct(null)).value();
    }
    CHECK(zero.index() != copy.index());
    CHECK(test::open_descriptors() == before);
    CHECK(finish(ring, ring.open_direct_at(here, "/dev/zero", {})).error() == Errno::NFILE);
    CHECK(ring.read(zero, filled("abc"), 0));
    IoCompletion done = ring.wait().value();
    CHECK(done.get<usize>().value() == 3);
    CHECK(text_of(done.take_buffer()) == std::string_view("\0\0\0", 3));
    CHECK(finish(ring, ring.write(copy, filled("abc"), 0)).value() == 3);
    copy.close();
    CHECK_FALSE(copy);
    CHECK(finish(ring, ring.read(copy, filled("abc"), 0)).error() == Errno::BADF);
    DirectDescriptor third =
        finish(ring, ring.socket_direct(wali::AddressFamily::UNIX, wali::SocketType::STREAM, 0)).value();
    CHECK(third);
    if (ring.supports(IoUringOperation::FIXED_FD_INSTALL)) {
        const wali::Fd installed = finish(ring, ring.install(zero)).value();
        CHECK(test::open_descriptors() == before + 1);
        std::array<char, 1> byte{'x'};
        CHECK(wali::read(installed, byte).value() == 1);
        CHECK(byte[0] == '\0');
    }
    // Those of one ring mean nothing in another.
    IoUring other = IoUring::create().value();
    CHECK(other.read(zero, filled("abc"), 0).error() == Errno::BADF);
    // They may outlive the ring.
    ring = IoUring();
}

TEST_CASE("the end of a ring closes its direct descriptors, though a child has the ring open") {
    Socket::Pair pair = Socket::pair().value();
    wali::Pipe end = wali::Pipe::create().value();
    IoUring ring = IoUring::create().value();
    CHECK(ring.register_files(2));
    const DirectDescriptor direct = finish(ring, ring.make_direct(pair.second)).value();
    pair.second = Socket();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        end.writer = wali::File();
        std::array<std::byte, 1> none;
        wali::process::exit(end.reader.read(none).value_or(1) == 0 ? 0 : 1);
    }
    std::array<std::byte, 1> room;
    CHECK(pair.first.receive(room, wali::MessageFlags::DONTWAIT).error() == Errno::AGAIN);
    ring = IoUring();
    CHECK(pair.first.receive(room, wali::MessageFlags::DONTWAIT).value_or(1) == 0);
    end.writer = wali::File();
    CHECK(wali::process::wait(child).value().status.success());
}

TEST_CASE("connections are accepted into the ring's table") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    CHECK(ring.register_files(3));
    const Socket server = listener();
    const auto once = ring.accept_direct(server).value();
    const Socket first = connected_to(server);
    const DirectDescriptor peer = ring.wait().value().get(once).value();
    CHECK(finish(ring, ring.send(peer, filled("direct"), {})).value() == 6);
    CHECK(received(first) == "direct");
    const auto accepting = ring.accept_direct_multishot(server).value();
    CHECK(ring.submit());
    std::vector<Socket> clients;
    std::vector<DirectDescriptor> peers;
    for (usize i = 0; i < 2; ++i) {
        clients.push_back(connected_to(server));
        peers.push_back(ring.wait().value().get(accepting).value());
    }
    for (usize i = 0; i < 2; ++i) {
        CHECK(clients[i].send("x"));
        CHECK(finish(ring, ring.receive(peers[i], filled("."), {})).value() == 1);
    }
    CHECK(finish(ring, ring.cancel_all(peers[0])).value_or(0) == 0);
    clients.push_back(connected_to(server));
    IoCompletion done = ring.wait().value();
    CHECK(done.get(accepting).error() == Errno::NFILE);
    CHECK_FALSE(done.has_more());
}
