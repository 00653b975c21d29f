// SPDX-License-Identifier: BSL-1.0
// Threads that map, move and unmap memory, grow it and fork, all at once: nobody gets what another one has.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t wasm_page = 65536;
std::atomic<int> failures = 0;

void check(bool condition, const char* text) {
    if (condition) return;
    failures += 1;
    std::fprintf(stderr, "failed: %s\n", text);
}

class Block {
  public:
    Block(std::size_t pages, unsigned char owner) : size_(pages * page), owner_(owner) {
        void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        check(memory != MAP_FAILED, "mmap");
        data_ = static_cast<volatile unsigned char*>(memory);
        check(data_[0] == 0 && data_[size_ - 1] == 0, "new memory is empty");
        mark();
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() {
        check_marks();
        check(munmap(address(), size_) == 0, "munmap");
    }
    void resize(std::size_t pages) {
        check_marks();
        void* memory = mremap(address(), size_, pages * page, MREMAP_MAYMOVE);
        check(memory != MAP_FAILED, "mremap");
        data_ = static_cast<volatile unsigned char*>(memory);
        size_ = pages * page;
        check(data_[0] == owner_, "moved memory keeps its content");
        mark();
    }

  private:
    void* address() const { return const_cast<unsigned char*>(data_); }
    void mark() {
        data_[0] = owner_;
        data_[size_ - 1] = owner_;
    }
    void check_marks() const { check(data_[0] == owner_ && data_[size_ - 1] == owner_, "memory is one's own"); }

    volatile unsigned char* data_ = nullptr;
    std::size_t size_;
    unsigned char owner_;
};

void grow(unsigned char mark) {
    const std::size_t old = __builtin_wasm_memory_grow(0, 1);
    if (old == SIZE_MAX) return;  // a mapping is in the way
    auto* memory = reinterpret_cast<volatile unsigned char*>(old * wasm_page);
    check(memory[0] == 0 && memory[wasm_page - 1] == 0, "grown memory is empty");
    memory[0] = mark;
    memory[wasm_page - 1] = mark;
    std::this_thread::yield();
    check(memory[0] == mark && memory[wasm_page - 1] == mark, "grown memory is one's own");
}

void fork_and_map(unsigned char mark) {
    const pid_t child = fork();
    if (child == 0) {
        {
            Block block(3, mark);
            block.resize(20);
        }
        _exit(failures == 0 ? 0 : 1);
    }
    int status = -1;
    check(waitpid(child, &status, 0) == child && status == 0, "a child's memory is in order");
}

void work(unsigned char mark) {
    std::uint32_t random = mark;
    for (int round = 0; round < 1500; ++round) {
        random = random * 1664525 + 1013904223;
        Block block(1 + (random >> 8) % 40, mark);
        Block second(1 + (random >> 16) % 40, mark);
        block.resize(1 + (random >> 24) % 80);
        if (round % 50 == 0) grow(mark);
        if (round % 300 == 0) fork_and_map(mark);
    }
}

}  // namespace

int main() {
    std::vector<std::thread> threads;
    for (unsigned char i = 1; i <= 6; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
    if (failures == 0) std::puts("ok");
    return failures == 0 ? 0 : 1;
}
