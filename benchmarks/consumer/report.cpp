// SPDX-License-Identifier: BSL-1.0
// A file with nine headers of the standard library.
#if defined(CONSUMER_IMPORTS_STD)
import std;
#else
#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>
#endif

#include "framework.hpp"

struct Entry {
    std::string name;
    wali::u64 size;
};

wali::result<std::vector<Entry>> entries_of(const std::vector<std::string>& paths) {
    std::vector<Entry> entries;
    for (const std::string& path : paths) {
        WALI_TRY(const wali::File file, wali::File::open(path));
        WALI_TRY(const wali::u64 size, file.size());
        entries.push_back({path, size});
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.size < b.size; });
    return entries;
}

wali::u64 total(const std::vector<Entry>& entries) {
    return std::accumulate(entries.begin(), entries.end(), wali::u64{0},
                           [](wali::u64 sum, const Entry& entry) { return sum + entry.size; });
}

/// The first pages of files, read once, and how long that took.
class Pages {
  public:
    using Page = std::array<std::byte, 4096>;

    wali::result<const Page*> of(std::string_view name) {
        const auto start = std::chrono::steady_clock::now();
        std::unique_ptr<Page>& page = pages_[std::string(name)];
        if (!page) {
            page = std::make_unique<Page>();
            WALI_TRY(const wali::File file, wali::File::open(std::string(name)));
            WALI_TRY(file.read(*page));
        }
        time_ += std::chrono::steady_clock::now() - start;
        return page.get();
    }

    std::chrono::nanoseconds time() const { return time_; }

  private:
    std::map<std::string, std::unique_ptr<Page>> pages_;
    std::chrono::nanoseconds time_{0};
};

wali::result<std::chrono::nanoseconds> read_all_of(const std::vector<std::string>& paths) {
    Pages pages;
    for (const std::string& path : paths) WALI_TRY(pages.of(path));
    return pages.time();
}
