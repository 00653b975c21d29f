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

constexpr Signal end_signals[] = {Signal::TERM, Signal::INT};

/// Blocks the signals that end the server, except where it waits; returns the mask to wait with.
wali::result<wali::SignalSet> catch_signals() noexcept {
    for (const Signal signal : end_signals)
        WALI_TRY(wali::signal::set_handler(signal, [](int) noexcept { stop = true; }));
    WALI_TRY(auto mask, wali::signal::block({Signal::TERM, Signal::INT}));
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

/// Serves until a signal comes, and then what has begun; a second signal ends the process.
wali::result<void> run(httpd::Server& server, const wali::SignalSet& mask, std::chrono::seconds longest) noexcept {
    WALI_TRY(server.run(stop, mask));
    for (const Signal signal : end_signals) WALI_TRY(wali::signal::reset(signal));
    return server.finish(longest, mask);
}

int serve(const httpd::Options& options) noexcept {
    wali::SocketAddress::Text text;
    wali::Error::Text reason;
    const auto mask = catch_signals();
    if (!mask) return fail(exit_failure, {"cannot catch signals: ", mask.error().format(reason)});

    auto tree = httpd::FileTree::open(options.root);
    if (!tree) return fail(exit_failure, {"cannot open the folder ", options.root, ": ", tree.error().format(reason)});

    auto server = httpd::Server::listen_on(options.address, std::move(tree).value(), options.idle_timeout);
    if (!server)
        return fail(exit_failure,
                    {"cannot listen on ", options.address.format(text), ": ", server.error().format(reason)});

    if (const auto announced = announce(server.value()); !announced)
        return fail(exit_failure, {"cannot write to standard output: ", announced.error().format(reason)});

    if (const auto ended = run(server.value(), mask.value(), options.shutdown_timeout); !ended)
        return fail(exit_failure, {"cannot go on: ", ended.error().format(reason)});
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    httpd::Options options;
    const std::span<const char* const> arguments(argv, static_cast<wali::usize>(argc));
    if (const auto bad = httpd::parse_options(arguments.subspan(argc > 0 ? 1 : 0), options))
        return fail(exit_usage, {bad->parts[0], bad->parts[1], bad->parts[2], bad->parts[3]});
    if (options.help) return wali::write_all(wali::standard_output(), httpd::help_text) ? 0 : exit_failure;
    return serve(options);
}
