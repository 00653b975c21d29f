// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/result.hpp>
#include <wali/mem/memory_map.hpp>

WALI_EXPORT namespace wali {
/// The kernel's random numbers as the standard library takes them (std::uniform_random_bit_generator), fit for keys:
///
///     WALI_TRY(auto generator, wali::RandomGenerator::create());
///     const int dice = std::uniform_int_distribution(1, 6)(generator);
///
/// It owns one page of memory, filled by one getrandom(2) for 511 numbers; a number that was handed out is gone from
/// it. A forked child finds its copy of the page empty (MADV_WIPEONFORK) and fetches numbers of its own, however it was
/// forked, in a signal handler in the middle of this, too; no core file has them. Move-only; for one thread at a time.
/// Not async-signal-safe.
class RandomGenerator {
  public:
    /// What a number is.
    using result_type = u64;

    /// mmap(2), madvise(2) and getrandom(2), tier spec. Waits only in the first moments of a machine; EINTR is retried.
    /// Errors: NOMEM, and what a sandbox answers that forbids the calls.
    static result<RandomGenerator> create() noexcept;

    /// The least and the largest number.
    static constexpr u64 min() noexcept { return 0; }
    static constexpr u64 max() noexcept { return ~u64{0}; }

    /// The next number; getrandom(2), tier spec, when there is none left. Where that fails, which it does only in a
    /// sandbox that has forbidden it since create(), the program ends as by an error that nobody looked at: there is
    /// no number to return. The same for a generator that was moved from.
    u64 operator()() noexcept {
        for (;;) {
            if (!memory_ || page().left == 0) [[unlikely]]
                fill();
            Page& numbers = page();
            // A signal handler may fork anywhere here, and the child goes on with a wiped page: read once what is left
            // of it, and take a 0 for no number. Of those that the kernel makes, one in 2^64 is passed over for that.
            const u64 left = __atomic_load_n(&numbers.left, __ATOMIC_RELAXED);
            if (left == 0) [[unlikely]]
                continue;
            const u64 number = std::exchange(numbers.number[left - 1], 0);
            numbers.left = left - 1;
            if (number != 0) [[likely]]
                return number;
        }
    }

  private:
    /// What a fork wipes: then none is left.
    struct Page {
        u64 left;
        u64 number[MemoryMap::page_size / sizeof(u64) - 1];
    };
    static_assert(sizeof(Page) == MemoryMap::page_size);

    explicit RandomGenerator(MutableMemoryMap memory) noexcept : memory_(std::move(memory)) {}
    Page& page() noexcept { return *reinterpret_cast<Page*>(memory_.bytes().data()); }
    result<void> try_fill() noexcept;
    void fill() noexcept;

    MutableMemoryMap memory_;
};

}  // namespace wali
