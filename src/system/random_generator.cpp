// SPDX-License-Identifier: BSL-1.0
#include <wali/system/random_generator.hpp>

#include <iterator>

#include <wali/core/bytes.hpp>
#include <wali/system/random.hpp>
#include <wali/try.hpp>

namespace wali {

result<RandomGenerator> RandomGenerator::create() noexcept {
    WALI_TRY(MutableMemoryMap memory, MutableMemoryMap::anonymous(sizeof(Page)));
    WALI_TRY(memory.advise(MemoryAdvice::WIPEONFORK));
    WALI_TRY(memory.advise(MemoryAdvice::DONTDUMP));
    RandomGenerator generator(std::move(memory));
    WALI_TRY(generator.try_fill());
    return generator;
}

result<void> RandomGenerator::try_fill() noexcept {
    if (!memory_) return Error(Errno::BADF, Call::getrandom);
    Page& numbers = page();
    WALI_TRY(system::get_random_all(std::as_writable_bytes(std::span(numbers.number))));
    numbers.left = std::size(numbers.number);
    return success();
}

void RandomGenerator::fill() noexcept { try_fill().value(); }

}  // namespace wali
