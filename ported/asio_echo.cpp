// SPDX-License-Identifier: BSL-1.0
// asio_echo CLIENTS MESSAGES: a TCP echo server and its clients, coroutines of Asio, in one thread. Prints
// "passed N of M", before it what failed.

#include <array>
#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

constexpr auto as_tuple = asio::as_tuple(use_awaitable);

awaitable<void> echo(tcp::socket socket) {
    std::array<char, 4096> data;
    for (;;) {
        const auto [error, size] = co_await socket.async_read_some(asio::buffer(data), as_tuple);
        if (error) co_return;
        co_await asio::async_write(socket, asio::buffer(data, size), use_awaitable);
    }
}

awaitable<void> serve(tcp::acceptor& acceptor) {
    for (;;) {
        auto [error, socket] = co_await acceptor.async_accept(as_tuple);
        if (error) co_return;  // it was closed
        asio::co_spawn(acceptor.get_executor(), echo(std::move(socket)), asio::detached);
    }
}

awaitable<int> count_echoed(tcp::endpoint server, int messages) {
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(server, use_awaitable);
    int echoed = 0;
    for (int i = 0; i < messages; i++) {
        const std::string sent(static_cast<std::size_t>(1 + i % 1000), static_cast<char>('a' + i % 26));
        std::string received(sent.size(), '\0');
        co_await asio::async_write(socket, asio::buffer(sent), use_awaitable);
        co_await asio::async_read(socket, asio::buffer(received), use_awaitable);
        if (sent == received) echoed++;
    }
    co_return echoed;
}

// Nothing was sent, so nothing comes back: the timer is first, and cancels the read.
awaitable<bool> timer_cancels_read(tcp::endpoint server) {
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(server, use_awaitable);
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    char byte = 0;
    const auto first =
        co_await (socket.async_read_some(asio::buffer(&byte, 1), as_tuple) || timer.async_wait(as_tuple));
    co_return first.index() == 1;
}

// With the server's acceptor closed, a connection is refused, by an exception in the coroutine.
awaitable<bool> refusal_is_thrown(tcp::acceptor& acceptor) {
    const tcp::endpoint server = acceptor.local_endpoint();
    acceptor.close();
    tcp::socket socket(co_await asio::this_coro::executor);
    try {
        co_await socket.async_connect(server, use_awaitable);
    } catch (const asio::system_error& error) {
        co_return error.code() == asio::error::connection_refused;
    }
    co_return false;
}

int total = 0;
int passed = 0;

void count(bool good, const char* what) {
    total++;
    if (good) {
        passed++;
    } else {
        std::printf("failed: %s\n", what);
    }
}

awaitable<void> run(tcp::acceptor& acceptor, int clients, int messages) {
    const auto executor = co_await asio::this_coro::executor;
    const tcp::endpoint server = acceptor.local_endpoint();
    int echoed = 0;
    int ended = 0;
    asio::steady_timer all_ended(executor, asio::steady_timer::time_point::max());
    for (int i = 0; i < clients; i++) {
        asio::co_spawn(executor, count_echoed(server, messages), [&](const std::exception_ptr&, int one) {
            echoed += one;
            if (++ended == clients) all_ended.cancel();
        });
    }
    co_await all_ended.async_wait(as_tuple);
    count(echoed == clients * messages, "every message is echoed");
    count(co_await timer_cancels_read(server), "a timer cancels a read");
    count(co_await refusal_is_thrown(acceptor), "a refused connection throws");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: asio_echo CLIENTS MESSAGES\n", stderr);
        return 2;
    }
    asio::io_context context(1);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::co_spawn(context, serve(acceptor), asio::detached);
    asio::co_spawn(context, run(acceptor, std::atoi(argv[1]), std::atoi(argv[2])), asio::detached);
    context.run();
    std::printf("passed %d of %d\n", passed, total);
}
