// SPDX-License-Identifier: BSL-1.0
// httpd: serves the files of a folder over HTTP/1.1. See options.hpp for its use.
#include <array>
#include <atomic>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <wali/try.hpp>

#include "options.hpp"
#include "server.hpp"
#include "text_writer.hpp"

import wali;

namespace {

using wali::Signal;

std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

/// One line on standard error, in one piece if it is not overly long.
int fail(int exit_code, std::initializer_list<std::string_view> parts) noexcept {
    std::array<char, 1024> buffer;
    httpd::TextWriter out(buffer);
    out << "httpd: ";
    for (const std::string_view part : parts) out << part;
    out << "\n";
    (void)wali::write_all(wali::standard_error(), out.text());
    return exit_code;
}

/// Blocks the signals that end the server, except where it waits; returns the mask to wait with.
wali::result<wali::SignalSet> catch_signals() noexcept {
    for (const Signal signal : {Signal::TERM, Signal::INT})
        WALI_TRY(wali::set_signal_handler(signal, [](int) noexcept { stop = true; }));
    WALI_TRY(auto mask, wali::block_signals({Signal::TERM, Signal::INT}));
    return mask.remove(Signal::TERM).remove(Signal::INT);
}

wali::result<void> announce(const httpd::Server& server) noexcept {
    WALI_TRY(const auto address, server.address());
    std::array<char, wali::SocketAddress::text_max + 32> buffer;
    wali::SocketAddress::Text text;
    httpd::TextWriter out(buffer);
    out << "listening on " << address.format(text) << "\n";
    return wali::write_all(wali::standard_output(), out.text());
}

int serve(const httpd::Options& options) noexcept {
    wali::SocketAddress::Text text;
    const auto mask = catch_signals();
    if (!mask) return fail(exit_failure, {"cannot catch signals: ", wali::errno_text(mask.error())});

    auto tree = httpd::FileTree::open(options.root);
    if (!tree)
        return fail(exit_failure, {"cannot open the folder ", options.root, ": ", wali::errno_text(tree.error())});

    auto server = httpd::Server::listen_on(options.address, std::move(tree).value(), options.idle_timeout);
    if (!server)
        return fail(exit_failure,
                    {"cannot listen on ", options.address.format(text), ": ", wali::errno_text(server.error())});

    if (const auto announced = announce(server.value()); !announced)
        return fail(exit_failure, {"cannot write to standard output: ", wali::errno_text(announced.error())});

    if (const auto ended = server.value().run(stop, mask.value()); !ended)
        return fail(exit_failure, {"cannot go on: ", wali::errno_text(ended.error())});
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    httpd::Options options;
    const std::span<const char* const> arguments(argv, static_cast<wali::usize>(argc));
    if (const auto bad = httpd::parse_options(arguments.subspan(argc > 0 ? 1 : 0), options))
        return fail(exit_usage, {bad->parts[0], bad->parts[1], bad->parts[2]});
    if (options.help) return wali::write_all(wali::standard_output(), httpd::help_text) ? 0 : exit_failure;
    return serve(options);
}
