// SPDX-License-Identifier: BSL-1.0
// scenarios NAME: one use of the framework, between two marks for the injector; it prints "done" or the error.
// scenarios --list: the names, each with the calls that it can do without. A scenario gives back all that it takes,
// whatever fails in it.
#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include <wali/sys/process.hpp>
#include <wali/wali.hpp>

#include <faults/marker.hpp>

namespace {

using wali::result;

long mark(int phase) { return wali::sys::getpriority(fault_marker::which, phase); }

/// The end of a scenario, before its destructors.
result<void> done() {
    mark(fault_marker::decided);
    return wali::success();
}

/// Removes a file at the end, if it is there.
struct Removed {
    const char* path;
    ~Removed() { static_cast<void>(wali::fs::unlink(path)); }
};

result<void> open_write_read() {
    const Removed removed{"file"};
    WALI_TRY(const wali::File file, wali::File::open("file", wali::OpenFlags::RDWR | wali::OpenFlags::CREAT));
    WALI_TRY(file.write_all("some text"));
    std::array<std::byte, 9> bytes;
    WALI_TRY(file.read_all_at(bytes, 0));
    WALI_TRY(file.sync());
    WALI_TRY(const wali::File copy, file.duplicate());
    WALI_TRY(copy.set_non_blocking(true));
    WALI_TRY(copy.truncate(3));
    return done();
}

result<void> lock() {
    const Removed removed{"file"};
    WALI_TRY(const wali::File file, wali::File::create("file"));
    WALI_TRY(const wali::FileLock lock, file.lock_exclusive());
    WALI_TRY(file.write_all("locked"));
    return done();
}

result<void> directory_entries() {
    struct Emptied {
        ~Emptied() {
            static_cast<void>(wali::fs::unlink("folder/b"));
            static_cast<void>(wali::fs::unlink("folder/a"));
            static_cast<void>(wali::fs::remove_directory("folder"));
        }
    } const emptied;
    WALI_TRY(wali::fs::make_directory("folder"));
    WALI_TRY(wali::fs::symlink("nothing", "folder/a"));
    WALI_TRY(wali::fs::rename("folder/a", "folder/b"));
    WALI_TRY(wali::fs::status("folder"));
    return done();
}

result<void> map_file() {
    const Removed removed{"file"};
    WALI_TRY(const wali::File file, wali::File::open("file", wali::OpenFlags::RDWR | wali::OpenFlags::CREAT));
    WALI_TRY(file.truncate(4096));
    WALI_TRY(wali::MutableMemoryMap map, wali::MutableMemoryMap::of_file(file, 4096, {.map = {.shared = true}}));
    map.bytes()[0] = std::byte{1};
    WALI_TRY(map.sync());
    WALI_TRY(map.protect(wali::Protection::READ));
    return done();
}

result<void> map_anonymous() {
    WALI_TRY(wali::MutableMemoryMap map, wali::MutableMemoryMap::anonymous(65536));
    WALI_TRY(map.advise(wali::MemoryAdvice::DONTNEED));
    WALI_TRY(map.resize(2 * 65536));
    return done();
}

result<void> epoll_pipe() {
    WALI_TRY(const wali::Epoll epoll, wali::Epoll::create());
    WALI_TRY(wali::Pipe pipe, wali::Pipe::create());
    WALI_TRY(const auto reader, epoll.add(std::move(pipe.reader), wali::EpollEvents::IN));
    WALI_TRY(pipe.writer.write_all("x"));
    std::array<wali::EpollEvent, 4> room;
    WALI_TRY(const auto events, epoll.wait(room));
    if (events.size() != 1 || !events[0].is_for(reader)) return wali::Errno::PROTO;
    return done();
}

result<void> tcp() {
    WALI_TRY(const wali::Socket listener, wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)));
    WALI_TRY(const wali::SocketAddress address, listener.local_address());
    WALI_TRY(const wali::Socket client, wali::Socket::connect_to(address, std::chrono::seconds(5)));
    WALI_TRY(const auto peer, listener.accept_from());
    WALI_TRY(peer.socket.set(wali::option::tcp::no_delay(true)));
    WALI_TRY(peer.socket.send_all("hello"));
    std::array<std::byte, 5> bytes;
    WALI_TRY(client.receive(bytes));
    WALI_TRY(client.shutdown(wali::ShutdownHow::RDWR));
    return done();
}

result<void> unix_pair() {
    WALI_TRY(const wali::Socket::Pair pair, wali::Socket::pair());
    WALI_TRY(pair.first.send_all("hello"));
    std::array<std::byte, 5> bytes;
    WALI_TRY(pair.second.receive(bytes));
    return done();
}

result<void> run_program() {
    WALI_TRY(wali::Child child, wali::Command{.arguments = {"true"},
                                              .input = wali::ChildStream::null(),
                                              .output = wali::ChildStream::pipe(),
                                              .directory = "/",
                                              .new_session = true,
                                              .nice = 5}
                                    .start());
    const auto status = child.wait(std::chrono::seconds(10));
    // A Child that ends lets its process go on.
    if (!status) WALI_TRY(child.stop(std::chrono::seconds(10)));
    return status ? done() : result<void>(status.error());
}

result<void> capture_program() {
    std::array<std::byte, 16> output;
    std::array<std::byte, 16> error;
    const wali::Command cat{.arguments = {"cat"}};
    WALI_TRY(const wali::Captured captured,
             cat.capture(output, error, {.input = "hello", .timeout = std::chrono::seconds(10)}));
    return captured.output.size() == 5 ? done() : wali::Errno::PROTO;
}

result<void> pipeline() {
    // A Child that ends lets its process go on.
    struct Stopped {
        std::array<wali::Child, 2> children;
        ~Stopped() {
            for (wali::Child& child : children)
                if (child) static_cast<void>(child.stop(std::chrono::seconds(10)));
        }
    } started;
    const std::array commands{wali::Command{.arguments = {"echo", "hello"}},
                              wali::Command{.arguments = {"cat"}, .output = wali::ChildStream::null()}};
    WALI_TRY(wali::Command::start_pipeline(commands, started.children));
    for (wali::Child& child : started.children) WALI_TRY(child.wait(std::chrono::seconds(10)));
    return done();
}

result<void> event_descriptors() {
    WALI_TRY(const wali::Epoll epoll, wali::Epoll::create());
    WALI_TRY(wali::TimerFd timer, wali::TimerFd::create());
    WALI_TRY(timer.set_after(std::chrono::nanoseconds(1)));
    WALI_TRY(const auto timed, epoll.add(std::move(timer), wali::EpollEvents::IN));
    WALI_TRY(wali::Waker waker, wali::Waker::create());
    WALI_TRY(waker.wake());
    WALI_TRY(const auto woken, epoll.add(std::move(waker), wali::EpollEvents::IN));
    WALI_TRY(const wali::SignalFd signals, wali::SignalFd::create(wali::SignalSet{wali::Signal::USR1}));
    WALI_TRY(const wali::PidFd self, wali::PidFd::open(wali::process::id()));
    std::array<wali::EpollEvent, 4> room;
    WALI_TRY(epoll.wait(room));
    return done();
}

result<void> posix_timer() {
    WALI_TRY(const wali::PosixTimer timer, wali::PosixTimer::create_silent());
    WALI_TRY(timer.set_after(std::chrono::hours(1)));
    WALI_TRY(timer.remaining());
    return done();
}

result<void> ring_buffer() {
    WALI_TRY(const wali::RingBuffer writer, wali::RingBuffer::create(4096));
    WALI_TRY(const wali::RingBuffer reader, wali::RingBuffer::open(writer.fd()));
    return done();
}

result<void> atomic_file() {
    const Removed removed{"file"};
    WALI_TRY(wali::AtomicFile file, wali::AtomicFile::create("file"));
    WALI_TRY(file.file().write_all("new"));
    WALI_TRY(file.commit());
    return done();
}

result<void> temporary_file() {
    WALI_TRY(const wali::TemporaryFile file, wali::TemporaryFile::create("tmp"));
    WALI_TRY(file.file().write_all("some"));
    return done();
}

result<void> whole_file() {
    const Removed removed{"file"};
    WALI_TRY(wali::fs::write_file("file", "some text"));
    WALI_TRY(const std::string text, wali::fs::read_file<std::string>("file", 100));
    return text == "some text" ? done() : wali::Errno::PROTO;
}

result<void> trees() {
    struct Emptied {
        ~Emptied() {
            static_cast<void>(wali::fs::remove_tree("from"));
            static_cast<void>(wali::fs::remove_tree("to"));
        }
    } const emptied;
    WALI_TRY(wali::fs::make_directory("from"));
    WALI_TRY(wali::fs::make_directory("to"));
    WALI_TRY(const wali::Directory from, wali::Directory::open("from"));
    WALI_TRY(from.make_directory("inner"));
    WALI_TRY(const wali::File file, from.create_file("inner/file"));
    WALI_TRY(file.write_all("some text"));
    WALI_TRY(from.symlink("nothing", "link"));
    WALI_TRY(wali::Directory copied, wali::Directory::open("from"));
    WALI_TRY(wali::Directory to, wali::Directory::open("to"));
    {
        wali::TreeCopy copy(std::move(copied), std::move(to));
        for (bool more = true; more;) more = WALI_TRY_VALUE(copy.step());
    }
    WALI_TRY(from.remove_tree("inner"));
    return done();
}

result<void> inotify() {
    WALI_TRY(const wali::Inotify inotify, wali::Inotify::create());
    WALI_TRY(const wali::InotifyWatch watch, inotify.watch(".", wali::InotifyEvents::CREATE));
    WALI_TRY(inotify.unwatch(watch));
    return done();
}

result<void> passed_descriptor() {
    WALI_TRY(const wali::Socket::Pair pair, wali::Socket::pair());
    wali::OutgoingControlBuffer<wali::descriptor_space(1)> out;
    const std::array<wali::BorrowedFd, 1> sent{pair.first};
    WALI_TRY(out.add_descriptors(sent));
    const std::array one{std::byte{1}};
    const wali::ConstBuffer bytes(one);
    WALI_TRY(pair.first.send_message({.buffers = {&bytes, 1}, .control = &out}));
    std::array<std::byte, 1> byte;
    const wali::MutableBuffer room(byte);
    wali::IncomingControlBuffer<wali::descriptor_space(1)> in;
    wali::IncomingMessage message{.buffers = {&room, 1}, .control = &in};
    WALI_TRY(pair.second.receive_message(message));
    return done();
}

result<void> random_generator() {
    WALI_TRY(auto generator, wali::RandomGenerator::create());
    return generator() != 0 ? done() : wali::Errno::PROTO;
}

result<void> pseudo_terminal() {
    WALI_TRY(const wali::PseudoTerminal person, wali::PseudoTerminal::open());
    WALI_TRY(const wali::File program, person.open_peer());
    WALI_TRY(wali::system::set_window_size(person, {.rows = 24, .columns = 80}));
    std::array<char, 64> buffer;
    WALI_TRY(wali::system::terminal_name(program, buffer));
    WALI_TRY(const auto raw_mode, wali::ScopedTerminalSettings::raw_mode(program));
    WALI_TRY(person.write_all("x"));
    WALI_TRY(program.read(buffer));
    return done();
}

result<void> program_on_terminal() {
    const auto terminal = wali::ChildStream::terminal({.rows = 24, .columns = 80});
    WALI_TRY(wali::Child child, wali::Command{.arguments = {"true"}, .input = terminal, .output = terminal}.start());
    const auto status = child.wait(std::chrono::seconds(10));
    // A Child that ends lets its process go on.
    if (!status) WALI_TRY(child.stop(std::chrono::seconds(10)));
    return status ? done() : result<void>(status.error());
}

result<void> namespaces() {
    WALI_TRY(const wali::Namespace network, wali::Namespace::own(wali::Namespaces::NET));
    WALI_TRY(const wali::Namespace same, wali::Namespace::of(wali::process::id(), wali::Namespaces::NET));
    WALI_TRY(const bool is_same, network.is_same(same));
    return is_same ? done() : wali::Errno::PROTO;
}

result<void> kernel_parameter() {
    WALI_TRY(const wali::i64 processes, wali::system::kernel_number("kernel.pid_max"));
    return processes > 0 ? done() : wali::Errno::PROTO;
}

result<void> detached_mount() {
    WALI_TRY(const wali::FileSystemContext context, wali::FileSystemContext::open("tmpfs"));
    WALI_TRY(context.set("size", "64k"));
    WALI_TRY(context.create());
    WALI_TRY(const wali::Mount mount, context.mount(wali::MountAttributes::NOSUID));
    WALI_TRY(mount.change({.set = wali::MountAttributes::RDONLY}));
    WALI_TRY(wali::fs::status_at(mount, "."));
    return done();
}

bool may_mount() {
    const auto context = wali::FileSystemContext::open("tmpfs");
    return context || context.error() != wali::Errno::PERM;
}

result<void> netlink() {
    WALI_TRY(const wali::NetlinkSocket kernel, wali::NetlinkSocket::open(wali::NetlinkProtocol::ROUTE));
    WALI_TRY(kernel.join(wali::RouteGroup::LINK));
    std::array<std::byte, wali::NetlinkSocket::room_size> room;
    WALI_TRY(auto list, wali::NetworkInterface::list(kernel, room));
    for (;;) {
        WALI_TRY(const auto next, list.next());
        if (!next) return done();
    }
}

result<void> fifo() {
    WALI_TRY(const wali::Fifo fifo, wali::Fifo::create("fifo"));
    WALI_TRY(const wali::File reader, fifo.open_reader(wali::OpenFlags::NONBLOCK));
    WALI_TRY(const wali::File writer, fifo.open_writer(wali::OpenFlags::NONBLOCK));
    WALI_TRY(writer.write_all("x"));
    return done();
}

/// A name that no other process uses.
std::string own_name() { return "/wali-faults." + std::to_string(wali::process::id().raw()); }

result<void> message_queue() {
    WALI_TRY(auto queue, wali::MessageQueue::create(own_name()));
    WALI_TRY(queue->send("hello", 1));
    WALI_TRY(const wali::MessageQueue second, wali::MessageQueue::open(own_name(), wali::OpenFlags::RDONLY));
    std::array<std::byte, 8192> room;
    WALI_TRY(second.receive(room));
    WALI_TRY(second.status());
    WALI_TRY(wali::MessageQueue::remove(queue.name()));
    (void)std::move(queue).keep();
    return done();
}

result<void> message_queue_end() {
    WALI_TRY(wali::MessageQueue::create(own_name()));
    return done();
}

result<void> shared_memory() {
    WALI_TRY(wali::SharedMemory memory, wali::SharedMemory::create(10000));
    WALI_TRY(const auto map, memory.map());
    WALI_TRY(const auto named, std::move(memory).publish(own_name()));
    WALI_TRY(const wali::SharedMemory second, wali::SharedMemory::open(own_name()));
    WALI_TRY(const auto second_map, second.map_for_reading());
    return done();
}

result<void> sysv() {
    WALI_TRY(const auto queue, wali::SysvMessageQueue::create());
    wali::SysvMessage<8> message;
    WALI_TRY(queue->send(message, 8));
    WALI_TRY(queue->receive(message));
    WALI_TRY(const auto set, wali::SysvSemaphores::create(1));
    WALI_TRY(set->operate(wali::SemaphoreOperation::release(0)));
    WALI_TRY(set->operate(wali::SemaphoreOperation::acquire(0)));
    WALI_TRY(const auto memory, wali::SysvSharedMemory::create(10000));
    WALI_TRY(const auto attached, memory->attach());
    return done();
}

result<void> landlock_ruleset() {
    WALI_TRY(const auto rules, wali::LandlockRuleset::create({.best_effort = true}));
    WALI_TRY(rules.allow_path("/", wali::security::read_files()));
    WALI_TRY(rules.allow_port(80, wali::LandlockAccessNet::CONNECT_TCP));
    return done();
}

result<void> uring() {
    WALI_TRY(wali::IoUring ring, wali::IoUring::create({.entries = 4}));
    WALI_TRY(const wali::IoBufferGroup group, ring.provide_buffers(2, 64));
    WALI_TRY(const wali::Socket::Pair pair, wali::Socket::pair());
    WALI_TRY(ring.register_files(2));
    WALI_TRY(ring.open_direct_at(wali::current_directory(), "/dev/zero", {}));
    WALI_TRY(wali::IoCompletion opened, ring.wait());
    WALI_TRY(const wali::DirectDescriptor zero, opened.get<wali::DirectDescriptor>());
    std::array<wali::IoBuffer, 1> buffers;
    WALI_TRY(buffers[0], wali::IoBuffer::allocate(64));
    WALI_TRY(ring.register_buffers(buffers));
    WALI_TRY(ring.read(zero, std::move(buffers[0]), 0));
    WALI_TRY(ring.receive_multishot(pair.first, group));
    WALI_TRY(ring.wait());
    return done();
}

/// A descriptor that comes through a ring, and that nobody takes.
result<void> uring_message() {
    WALI_TRY(wali::IoUring ring, wali::IoUring::create({.entries = 4}));
    WALI_TRY(const wali::Socket::Pair pair, wali::Socket::pair());
    WALI_TRY(const wali::File file, wali::File::open("/dev/null"));
    std::array<wali::IoBuffer, 1> buffers;
    WALI_TRY(buffers[0], wali::IoBuffer::copy_of("x"));
    WALI_TRY(wali::IoBufferVector sent, wali::IoBufferVector::of(buffers));
    wali::OutgoingControlBuffer<wali::descriptor_space(1)> control;
    WALI_TRY(control.add_descriptor(file));
    WALI_TRY(ring.send_message(pair.first, std::move(sent), {.control = &control}));
    WALI_TRY(ring.wait());
    WALI_TRY(buffers[0], wali::IoBuffer::allocate(1));
    WALI_TRY(wali::IoBufferVector room, wali::IoBufferVector::of(buffers));
    WALI_TRY(wali::IoControl received, wali::IoControl::allocate(wali::descriptor_space(1)));
    WALI_TRY(ring.receive_message(pair.second, std::move(room), std::move(received), {}));
    WALI_TRY(wali::IoCompletion completion, ring.wait());
    WALI_TRY(completion.get<wali::usize>());
    return done();
}

struct Scenario {
    const char* name;
    result<void> (*run)();
    /// Calls that the framework can do without.
    std::array<wali::Call, 2> dispensable{};
    /// Whether the system allows it.
    bool (*is_possible)() = [] { return true; };
};

constexpr Scenario scenarios[] = {
    {"open_write_read", open_write_read},
    {"lock", lock},
    {"directory_entries", directory_entries},
    {"map_file", map_file},
    {"map_anonymous", map_anonymous},
    {"epoll_pipe", epoll_pipe},
    {"tcp", tcp},
    {"unix_pair", unix_pair},
    {"run_program", run_program},
    {"capture_program", capture_program, {wali::Call::rt_sigtimedwait}},
    {"pipeline", pipeline},
    {"event_descriptors", event_descriptors},
    {"posix_timer", posix_timer},
    {"ring_buffer", ring_buffer},
    {"atomic_file", atomic_file},
    {"temporary_file", temporary_file},
    {"whole_file", whole_file, {wali::Call::fstat}},
    {"trees", trees, {wali::Call::lseek, wali::Call::copy_file_range}},
    {"inotify", inotify},
    {"passed_descriptor", passed_descriptor},
    {"random_generator", random_generator},
    {"pseudo_terminal", pseudo_terminal},
    {"program_on_terminal", program_on_terminal},
    {"namespaces", namespaces},
    {"kernel_parameter", kernel_parameter},
    {"detached_mount", detached_mount, {}, may_mount},
    {"netlink", netlink},
    {"fifo", fifo, {wali::Call::newfstatat, wali::Call::fstat}},
    {"message_queue", message_queue},
    {"message_queue_end", message_queue_end, {wali::Call::mq_open, wali::Call::fstat}},
    {"shared_memory", shared_memory, {wali::Call::newfstatat, wali::Call::fstat}},
    {"sysv", sysv},
    {"landlock_ruleset", landlock_ruleset, {wali::Call::landlock_create_ruleset}},
    {"uring", uring},
    {"uring_message", uring_message},
};

void report(const result<void>& outcome) {
    if (outcome)
        std::puts("done");
    else {
        wali::Error::Text text;
        const std::string_view error = outcome.error().format(text);
        std::printf("%.*s\n", static_cast<int>(error.size()), error.data());
    }
    std::fflush(stdout);
}

void run(const Scenario& scenario) {
    // Once without failures, so that what the C library sets up at its first use is there.
    static_cast<void>(scenario.run());
    do {
        mark(fault_marker::before);
        const result<void> outcome = scenario.run();
        mark(fault_marker::after);
        report(outcome);
    } while (mark(fault_marker::reported) == fault_marker::again);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    for (const Scenario& scenario : scenarios) {
        if (std::strcmp(argv[1], "--list") == 0 && !scenario.is_possible())
            std::fprintf(stderr, "%s is left out: this user may not do that\n", scenario.name);
        else if (std::strcmp(argv[1], "--list") == 0)
            std::printf("%s %s %s\n", scenario.name, wali::call_name(scenario.dispensable[0]),
                        wali::call_name(scenario.dispensable[1]));
        else if (std::strcmp(argv[1], scenario.name) == 0)
            return run(scenario), 0;
    }
    return std::strcmp(argv[1], "--list") == 0 ? 0 : 2;
}
