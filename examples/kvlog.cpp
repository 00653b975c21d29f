// SPDX-License-Identifier: BSL-1.0
// kvlog FILE COMMAND: a store of keys and values in a file that is only appended to.
//   set KEY VALUE, delete KEY, get KEY, list, compact
//   load: reads lines "KEY VALUE", and answers "ok KEY" to each when it is on the device
// What has been answered is there after a crash. A line that a crash has cut off is dropped by the next start. When
// more is outdated than not, the file is written anew and replaced in one step. One process at a time has the store.
#include <array>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <wali/try.hpp>

import wali;

namespace {

constexpr wali::usize longest_log = 1U << 30;

/// A line of the log: a checksum and "KEY VALUE", or "KEY" alone where it is deleted.
std::string line_of(std::string_view entry) {
    std::uint32_t sum = 0x811c9dc5;  // FNV-1a
    for (const char c : entry) sum = (sum ^ static_cast<unsigned char>(c)) * 0x01000193;
    std::array<char, 10> text;
    std::snprintf(text.data(), text.size(), "%08x ", static_cast<unsigned int>(sum));
    return text.data() + std::string(entry) + '\n';
}

class Store {
  public:
    static wali::result<Store> open(const std::string& path) {
        Store store;
        store.path_ = path;
        // A file of its own, because compaction replaces the log. Held until the process ends.
        WALI_TRY(store.lock_file_, wali::File::create(path + ".lock"));
        WALI_TRY(store.lock_, wali::retry_interrupted([&] { return store.lock_file_.lock_exclusive(); }));
        WALI_TRY(store.open_log());
        std::string log;
        WALI_TRY(store.log_.read_to_end(log, longest_log));
        store.size_ = store.replay(log);
        if (store.size_ < log.size()) WALI_TRY(store.log_.truncate(store.size_));
        return store;
    }

    /// Values by key.
    const std::map<std::string, std::string>& entries() const noexcept { return entries_; }

    /// Takes "KEY VALUE" or "KEY". Returns when it is on the device.
    wali::result<void> put(std::string_view entry) {
        if (entry.empty() || entry.front() == ' ' || entry.find('\n') != entry.npos) return wali::Errno::INVAL;
        const std::string line = line_of(entry);
        WALI_TRY(log_.write_all_at(line, size_));
        WALI_TRY(wali::retry_interrupted([&] { return log_.sync_data(); }));
        size_ += line.size();
        apply(entry);
        if (size_ < 2 * live_size_ + 4096) return wali::success();
        return compact();
    }

    wali::result<void> compact() {
        WALI_TRY(wali::AtomicFile file, wali::AtomicFile::create(path_));
        std::string log;
        for (const auto& [key, value] : entries_) log += line_of(key + ' ' + value);
        WALI_TRY(file.write_all(log));
        WALI_TRY(file.commit());
        size_ = log.size();
        return open_log();
    }

  private:
    wali::result<void> open_log() {
        auto opened = wali::File::open(path_, wali::OpenFlags::RDWR);
        if (opened.has_error() && opened.error() == wali::Errno::NOENT) {
            // As an AtomicFile, so that its name is on the device, too.
            WALI_TRY(wali::AtomicFile empty, wali::AtomicFile::create(path_));
            WALI_TRY(empty.commit());
            opened = wali::File::open(path_, wali::OpenFlags::RDWR);
        }
        WALI_TRY(log_, std::move(opened));
        return wali::success();
    }

    /// Returns how much of the log is whole lines.
    wali::usize replay(std::string_view log) {
        for (wali::usize done = 0;;) {
            const auto newline = log.find('\n', done);
            if (newline == log.npos || newline - done < 10) return done;
            const std::string_view entry = log.substr(done + 9, newline - done - 9);
            if (line_of(entry) != log.substr(done, newline + 1 - done)) return done;
            apply(entry);
            done = newline + 1;
        }
    }

    void apply(std::string_view entry) {
        const std::string key(entry.substr(0, entry.find(' ')));
        constexpr wali::usize around = 11;  // checksum, blanks and newline
        if (const auto old = entries_.find(key); old != entries_.end()) {
            live_size_ -= around + key.size() + old->second.size();
            entries_.erase(old);
        }
        if (key.size() == entry.size()) return;
        live_size_ += around + entry.size() - 1;
        entries_.emplace(key, entry.substr(key.size() + 1));
    }

    std::string path_;
    wali::File lock_file_;
    wali::FileLock lock_;
    wali::File log_;
    wali::u64 size_ = 0;
    wali::u64 live_size_ = 0;  // of the lines that compaction would keep
    std::map<std::string, std::string> entries_;
};

wali::result<void> run(const std::string& path, std::span<char*> words) {
    WALI_TRY(Store store, Store::open(path));
    const std::string_view command = words[0];
    if (words.size() > 1 && std::string_view(words[1]).find(' ') != std::string_view::npos) return wali::Errno::INVAL;
    if (command == "set" && words.size() == 3) return store.put(words[1] + std::string(" ") + words[2]);
    if (command == "delete" && words.size() == 2) return store.put(words[1]);
    if (command == "compact" && words.size() == 1) return store.compact();
    if (command == "get" && words.size() == 2) {
        const auto found = store.entries().find(words[1]);
        if (found == store.entries().end()) return wali::Errno::NOENT;
        std::cout << found->second << '\n';
    } else if (command == "list" && words.size() == 1) {
        for (const auto& [key, value] : store.entries()) std::cout << key << ' ' << value << '\n';
    } else if (command == "load" && words.size() == 1) {
        for (std::string line; std::getline(std::cin, line);) {
            WALI_TRY(store.put(line));
            std::cout << "ok " << line.substr(0, line.find(' ')) << std::endl;
        }
    } else {
        return wali::Errno::INVAL;
    }
    return wali::success();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return std::fputs("usage: kvlog FILE set|delete|get|list|compact|load [KEY [VALUE]]\n", stderr), 2;
    return wali::exit_status("kvlog", run(argv[1], std::span(argv + 2, static_cast<wali::usize>(argc - 2))));
}
