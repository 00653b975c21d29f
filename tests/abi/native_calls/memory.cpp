// SPDX-License-Identifier: BSL-1.0
// Mappings and where their pages are.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "run.hpp"

namespace native_calls {
namespace {

constexpr std::size_t page = 4096;
constexpr int read_write = PROT_READ | PROT_WRITE;

char* address(long value) { return reinterpret_cast<char*>(value); }

/// `count` fresh pages, touched.
char* pages(std::size_t count) {
    void* const memory = ::mmap(nullptr, count * page, read_write, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    std::memset(memory, 1, count * page);
    return static_cast<char*>(memory);
}

void mappings(Run& run) {
    const int file = ::open("file", O_RDWR | O_CREAT, 0600);
    (void)!::ftruncate(file, (5L << 30) + 2 * page);
    (void)!::pwrite(file, "mapped", 6, 5L << 30);
    char* memory = address(CALL(mmap, nullptr, 2 * page, read_write, MAP_SHARED, file, 5L << 30).varies());
    run.see(std::string_view(memory, 6));
    FAILS(mmap, nullptr, page, PROT_READ, MAP_SHARED, -1, 0);
    memory[1] = 'A';
    CALL(msync, memory, page, MS_SYNC);
    CALL(mprotect, memory, page, PROT_READ);
    FAILS(mprotect, memory + 1, page, PROT_READ);
    FAILS(mremap, memory, 2 * page, 8 * page, ~0, nullptr);
    memory = address(ASK(good, mremap, result(::mremap(memory, page, 2 * page, MREMAP_MAYMOVE)), memory, page, 2 * page,
                         MREMAP_MAYMOVE, nullptr)
                         .varies());
    run.see(std::string_view(memory, 6));
    CALL(munmap, memory, 2 * page);
    FAILS(munmap, memory + 1, page);
    const long end = RAW(brk, nullptr).varies();
    run.holds(end == reinterpret_cast<long>(::sbrk(0)));
}

void residence(Run& run) {
    char* const memory = pages(4);
    unsigned char resident[4] = {};
    CALL(mincore, memory, 4 * page, resident);
    run.see(resident);
    CALL(madvise, memory, page, MADV_SEQUENTIAL);
    FAILS(madvise, memory, page, 12345);
    memory[2 * page] = 7;
    RAW(remap_file_pages, memory, page, 0, 2, 0), run.see(memory[0]);
    CALL(mlock, memory, page);
    CALL(munlock, memory, page);
    CALL(mlock2, memory, page, MLOCK_ONFAULT);
    CALL(mlockall, MCL_FUTURE);
    CALL(munlockall);
    RAW(mseal, memory, page, 0);
    RAW_FAILS(mseal, memory, page, 1);
}

void protection_keys(Run& run) {
    char* const memory = pages(1);
    CALL(pkey_mprotect, memory, page, PROT_READ, -1);
    const int key =
        ASK(either, pkey_alloc, result(::pkey_alloc(0, PKEY_DISABLE_WRITE)), 0, PKEY_DISABLE_WRITE).number();
    ASK(either, pkey_mprotect, result(::pkey_mprotect(memory, page, read_write, key)), memory, page, read_write, key);
    ASK(either, pkey_free, result(::pkey_free(key)), key);
    FAILS(pkey_free, 1000);
}

void numa(Run& run) {
    char* const memory = pages(1);
    const unsigned long first_node = 1;
    int mode = -1, status = -1;
    RAW(get_mempolicy, &mode, nullptr, 0, nullptr, 0);
    run.see(mode);
    RAW(set_mempolicy, 0, nullptr, 0);
    RAW(mbind, memory, page, 0, nullptr, 0, 0);
    RAW_FAILS(set_mempolicy_home_node, memory, page, 0, 1);
    RAW(migrate_pages, 0, 64, &first_node, &first_node);
    void* list[] = {memory};
    RAW(move_pages, 0, 1, list, nullptr, &status, 0);
    run.holds(status >= 0);
}

void other_processes(Run& run) {
    char from[] = "from", to[8] = {};
    const abi::iovec source{from, 4}, target{to, 4}, target_end{to + 4, 4};
    CALL(process_vm_readv, ::getpid(), any(&target), 1, any(&source), 1, 0);
    CALL(process_vm_writev, ::getpid(), any(&source), 1, any(&target_end), 1, 0);
    run.see(to);
}

void faults(Run& run) { RAW(userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY); }

}  // namespace

const std::initializer_list<Scenario> memory_scenarios = {
    {"mappings", mappings},
    {"residence", residence},
    {"protection_keys", protection_keys},
    {"numa", numa},
    {"other_processes", other_processes},
    {"faults", faults},
};

}  // namespace native_calls
