// SPDX-License-Identifier: BSL-1.0
// A server's largest file: a store of keys and values, a thread per connection.
#if defined(CONSUMER_IMPORTS_STD)
import std;
#else
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <format>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>
#endif

#include "framework.hpp"

namespace store {

using Arguments = std::span<const std::string_view>;

class Store {
  public:
    void set(std::string_view key, std::string_view value) {
        const std::lock_guard lock(mutex_);
        values_.insert_or_assign(std::string(key), std::string(value));
    }

    std::optional<std::string> get(std::string_view key) const {
        const std::lock_guard lock(mutex_);
        const auto found = values_.find(std::string(key));
        return found == values_.end() ? std::nullopt : std::optional(found->second);
    }

    std::vector<std::string> keys() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> keys;
        for (const auto& [key, value] : values_) keys.push_back(key);
        std::ranges::sort(keys);
        return keys;
    }

  private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::string> values_;
};

/// The words of a line.
std::vector<std::string_view> split(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end != 0) words.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

class Commands {
  public:
    explicit Commands(Store& store) : store_(store) {
        commands_["GET"] = [this](Arguments arguments) { return store_.get(arguments[0]).value_or("none"); };
        commands_["SET"] = [this](Arguments arguments) {
            store_.set(arguments[0], arguments[1]);
            return std::string("ok");
        };
        commands_["KEYS"] = [this](Arguments) {
            std::string all;
            for (const std::string& key : store_.keys()) all += std::format("{} ", key);
            return all;
        };
        commands_["ADD"] = [this](Arguments arguments) { return add(arguments[0], arguments[1]); };
    }

    std::string run(std::string_view line) const {
        const std::vector<std::string_view> words = split(line);
        const auto command = words.empty() ? commands_.end() : commands_.find(words[0]);
        if (command == commands_.end() || words.size() > 3) return "unknown";
        std::array<std::string_view, 2> arguments;
        std::copy(words.begin() + 1, words.end(), arguments.begin());
        return command->second(arguments);
    }

  private:
    std::string add(std::string_view key, std::string_view amount) {
        long sum = 0;
        for (const std::string& text : {store_.get(key).value_or("0"), std::string(amount)}) {
            long number = 0;
            std::from_chars(text.data(), text.data() + text.size(), number);
            sum += number;
        }
        store_.set(key, std::to_string(sum));
        return std::to_string(sum);
    }

    Store& store_;
    std::map<std::string_view, std::function<std::string(Arguments)>> commands_;
};

wali::result<void> serve_connection(const wali::Socket& peer, const Commands& commands) {
    std::string pending;
    std::array<std::byte, 4096> buffer;
    for (;;) {
        WALI_TRY(const wali::usize size, peer.receive(buffer));
        if (size == 0) return wali::success();
        pending.append(reinterpret_cast<const char*>(buffer.data()), size);
        for (std::size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
            const std::string answer = commands.run(std::string_view(pending).substr(0, end)) + '\n';
            WALI_TRY(peer.send_all(std::as_bytes(std::span(answer))));
            pending.erase(0, end + 1);
        }
    }
}

wali::result<void> serve(wali::u16 port, const std::atomic<bool>& stop) {
    Store store;
    const Commands commands(store);
    WALI_TRY(const wali::Socket listener, wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(port)));
    std::vector<std::unique_ptr<wali::Socket>> peers;
    std::vector<std::thread> threads;
    const auto start = std::chrono::steady_clock::now();
    while (!stop) {
        WALI_TRY(wali::Socket peer, listener.accept());
        const wali::Socket& kept = *peers.emplace_back(std::make_unique<wali::Socket>(std::move(peer)));
        threads.emplace_back([&kept, &commands] { (void)serve_connection(kept, commands); });
    }
    for (std::thread& thread : threads) thread.join();
    const auto time = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
    store.set("uptime", std::format("{} s", time.count()));
    return wali::success();
}

}  // namespace store
