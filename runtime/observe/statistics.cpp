// SPDX-License-Identifier: BSL-1.0
#include "statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "calls.h"

namespace wali::observe {
namespace {

/// What all threads have counted of one call.
struct Sums {
    std::size_t call = 0;
    std::uint64_t count = 0;
    std::uint64_t errors = 0;
    std::uint64_t ended = 0;
    double total = 0;  // nanoseconds
    double mean = 0;
    double p50 = 0;
    double p99 = 0;
    double kernel_share = 1;
};

std::uint64_t load(const std::uint64_t& number) { return __atomic_load_n(&number, __ATOMIC_RELAXED); }

double percentile(const std::vector<std::uint64_t>& buckets, std::uint64_t ended, double share) {
    auto left = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(ended)));
    for (std::uint32_t bucket = 0; bucket < buckets.size(); ++bucket) {
        if (buckets[bucket] != 0 && left <= buckets[bucket]) return static_cast<double>(observed_bucket_ticks(bucket));
        left -= std::min(left, buckets[bucket]);
    }
    return 0;
}

Sums sums_of(const observed_region& region, std::size_t call, double nanoseconds_per_tick) {
    Sums sums;
    sums.call = call;
    std::uint64_t ticks = 0;
    std::uint64_t host_ticks = 0;
    std::vector<std::uint64_t> buckets(OBSERVED_BUCKETS);
    for (const auto& shard : region.shard) {
        sums.count += load(shard[call].begun);
        sums.errors += load(shard[call].errors);
        ticks += load(shard[call].ticks);
        host_ticks += load(shard[call].host_ticks);
        for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket)
            buckets[bucket] += load(shard[call].buckets[bucket]);
    }
    for (const std::uint64_t bucket : buckets) sums.ended += bucket;
    if (sums.ended == 0) return sums;
    sums.total = static_cast<double>(ticks) * nanoseconds_per_tick;
    sums.mean = sums.total / static_cast<double>(sums.ended);
    sums.p50 = percentile(buckets, sums.ended, 0.5) * nanoseconds_per_tick;
    sums.p99 = percentile(buckets, sums.ended, 0.99) * nanoseconds_per_tick;
    if (ticks != 0) sums.kernel_share -= static_cast<double>(std::min(host_ticks, ticks)) / static_cast<double>(ticks);
    return sums;
}

/// Those that were made, the longest first.
std::vector<Sums> all_sums(const observed_region& region, double nanoseconds_per_tick) {
    std::vector<Sums> all;
    for (std::size_t call = 0; call < OBSERVED_CALLS; ++call) {
        const Sums sums = sums_of(region, call, nanoseconds_per_tick);
        if (sums.count != 0) all.push_back(sums);
    }
    std::sort(all.begin(), all.end(),
              [](const Sums& a, const Sums& b) { return a.total != b.total ? a.total > b.total : a.call < b.call; });
    return all;
}

unsigned long long number(std::uint64_t value) { return value; }

std::string time_text(double nanoseconds) {
    static const char* const units[] = {"ns", "us", "ms", "s"};
    std::size_t unit = 0;
    for (; unit < 3 && nanoseconds >= 1000; ++unit) nanoseconds /= 1000;
    char text[32];
    std::snprintf(text, sizeof text, "%.*f %s", nanoseconds < 100 && unit > 0 ? 1 : 0, nanoseconds, units[unit]);
    return text;
}

template <typename... Values>
void append(std::string& text, const char* format, Values... values) {
    char line[512];
    std::snprintf(line, sizeof line, format, values...);
    text += line;
}

}  // namespace

std::string statistics(const observed_region& region, double nanoseconds_per_tick) {
    std::string text;
    Sums all;
    append(text, "%-24s %10s %9s %10s %10s %10s %10s %7s %9s\n", "call", "count", "errors", "total", "mean", "p50",
           "p99", "kernel", "crossing");
    for (const Sums& sums : all_sums(region, nanoseconds_per_tick)) {
        append(text, "%-24s %10llu %9llu %10s %10s %10s %10s %5.0f %% %7.0f %%\n", calls[sums.call].name,
               number(sums.count), number(sums.errors), time_text(sums.total).c_str(), time_text(sums.mean).c_str(),
               time_text(sums.p50).c_str(), time_text(sums.p99).c_str(), 100 * sums.kernel_share,
               100 * (1 - sums.kernel_share));
        all.count += sums.count;
        all.errors += sums.errors;
        all.total += sums.total;
    }
    append(text, "%-24s %10llu %9llu %10s\n", "all", number(all.count), number(all.errors),
           time_text(all.total).c_str());
    return text;
}

std::string statistics_json(const observed_region& region, double nanoseconds_per_tick) {
    std::string text = "{\"schema\": 1, \"calls\": [";
    const char* separator = "\n";
    for (const Sums& sums : all_sums(region, nanoseconds_per_tick)) {
        append(text,
               "%s  {\"name\": \"%s\", \"family\": \"%s\", \"count\": %llu, \"errors\": %llu, \"unfinished\": %llu, "
               "\"total_ns\": %.0f, \"mean_ns\": %.1f, \"p50_ns\": %.0f, \"p99_ns\": %.0f, \"kernel_share\": %.3f, "
               "\"crossing_share\": %.3f}",
               separator, calls[sums.call].name, calls[sums.call].family, number(sums.count), number(sums.errors),
               number(sums.count - std::min(sums.count, sums.ended)), sums.total, sums.mean, sums.p50, sums.p99,
               sums.kernel_share, 1 - sums.kernel_share);
        separator = ",\n";
    }
    return text + "\n]}\n";
}

}  // namespace wali::observe
