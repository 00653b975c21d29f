// SPDX-License-Identifier: BSL-1.0
// prefork-httpd ADDRESS:PORT WORKERS FILE: serves the file over HTTP, whatever path is asked for, until a signal ends
// it.
//
// Each worker is a process of its own with a listener of its own on the same port (SO_REUSEPORT): the kernel shares the
// connections out, nothing is locked, and a worker that crashes takes its connection along and no other. Another one is
// started in its place, which finds the listener and what waits there. The first process only looks after them; when it
// ends, they do.
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wali/try.hpp>

#include "httpd/request_parser.hpp"

import wali;

namespace {

using namespace std::chrono_literals;

constexpr wali::usize largest_file = 64 << 20;

std::string head_of(httpd::RequestParser::Progress progress, const httpd::Request& request, wali::usize size) {
    std::string_view status = "200 OK";
    if (progress != httpd::RequestParser::Progress::complete)
        status = "400 Bad Request";
    else if (request.method == httpd::Method::other)
        status = "405 Method Not Allowed";
    if (status != "200 OK") size = 0;
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(size) +
           "\r\nConnection: close\r\nServer: prefork-httpd/" + std::to_string(wali::process::id().raw()) + "\r\n\r\n";
}

/// One request and its answer. An error is the peer's affair.
wali::result<void> answer(const wali::TcpStream& peer, std::string_view file) {
    WALI_TRY(peer.set(wali::option::receive_timeout(10s)));
    WALI_TRY(peer.set(wali::option::send_timeout(10s)));
    std::array<char, httpd::RequestParser::longest_head> received;
    httpd::RequestParser parser;
    wali::usize size = 0;
    auto progress = httpd::RequestParser::Progress::incomplete;
    while (progress == httpd::RequestParser::Progress::incomplete) {
        WALI_TRY(const auto more,
                 wali::retry_interrupted([&] { return peer.receive(std::span(received).subspan(size)); }));
        if (more == 0) return wali::success();
        size += more;
        progress = parser.parse({received.data(), size});
    }
    const std::string head = head_of(progress, parser.request(), file.size());
    WALI_TRY(peer.send_all(head));
    if (head.starts_with("HTTP/1.1 200") && parser.request().method == httpd::Method::get)
        WALI_TRY(peer.send_all(file));
    return peer.shutdown(wali::ShutdownHow::WR);
}

wali::result<void> work(const wali::TcpListener& listener, std::string_view file) {
    for (;;) {
        const auto peer = wali::retry_interrupted([&] { return listener.accept(); });
        if (peer)
            (void)answer(peer.value(), file);
        else if (peer.error() != wali::Errno::CONNABORTED)
            return peer.error();
    }
}

struct Worker {
    wali::TcpListener listener;
    wali::EpollRegistration<wali::PidFd> process;
};

/// Gives a listener a process, which is told to end when its parent has ended.
wali::result<void> start(Worker& worker, std::string_view file, const wali::Epoll& epoll, wali::u32 index) {
    const wali::Pid parent = wali::process::id();
    WALI_TRY(const wali::Pid child, wali::process::fork());
    if (child == wali::Pid(0)) {
        const auto tied = wali::process::set_parent_death_signal(wali::Signal::TERM);
        if (wali::process::parent_id() != parent) wali::process::exit(1);
        wali::process::exit(wali::exit_status("prefork-httpd", tied ? work(worker.listener, file) : tied));
    }
    WALI_TRY(auto pid_fd, wali::PidFd::open(child));
    WALI_TRY(worker.process, epoll.add(std::move(pid_fd), wali::EpollEvents::IN, index));
    return wali::success();
}

wali::result<void> serve(wali::Endpoint address, wali::u32 count, std::string_view file) {
    WALI_TRY(const wali::Termination termination, wali::signal::on_termination());
    WALI_TRY(const wali::Epoll epoll, wali::Epoll::create());
    WALI_TRY(const auto end, epoll.add(termination.fd(), wali::EpollEvents::IN));
    std::vector<Worker> workers(count);
    for (Worker& worker : workers) {
        WALI_TRY(worker.listener, wali::TcpListener::listen_on(address, {.reuse_port = true}));
        WALI_TRY(address, worker.listener.local_address());  // the next ones get the same port
    }
    for (wali::u32 i = 0; i < count; ++i) WALI_TRY(start(workers[i], file, epoll, i));
    wali::Endpoint::Text text;
    std::printf("listening on %s\n", std::string(address.format(text)).c_str());
    std::fflush(stdout);
    for (;;) {
        std::array<wali::EpollEvent, 1> event;
        WALI_TRY(wali::retry_interrupted([&] { return epoll.wait(event); }));
        if (event[0].is_for(end)) break;
        Worker& worker = workers[event[0].index()];
        WALI_TRY(const wali::WaitStatus status, worker.process->wait());
        // One that ends by itself has said why, and its successor would do the same.
        if (!status.termination_signal()) return wali::Errno::CHILD;
        WALI_TRY(start(worker, file, epoll, event[0].index()));
    }
    for (const Worker& worker : workers) {
        WALI_TRY(worker.process->send_signal(wali::Signal::TERM));
        WALI_TRY(worker.process->wait());
    }
    return wali::success();
}

}  // namespace

int main(int argc, char** argv) {
    const auto address = wali::Endpoint::parse(argc > 1 ? argv[1] : "");
    const std::string_view number = argc > 2 ? argv[2] : "";
    wali::u32 count = 0;
    const bool counted = std::from_chars(number.data(), number.data() + number.size(), count).ec == std::errc{};
    if (argc != 4 || !address || !counted || count == 0 || count > 1024) {
        std::fputs("usage: prefork-httpd ADDRESS:PORT WORKERS FILE (1 to 1024 workers)\n", stderr);
        return 2;
    }
    const auto file = wali::fs::read_file<std::string>(argv[3], largest_file);
    if (!file) return wali::exit_status("prefork-httpd", file.error());
    return wali::exit_status("prefork-httpd", serve(address.value(), count, file.value()));
}
