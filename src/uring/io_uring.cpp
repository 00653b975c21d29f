// SPDX-License-Identifier: BSL-1.0
#include <wali/uring/io_uring.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include <wali/abi/structs/fs.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/sys/aio.hpp>
#include <wali/try.hpp>

#include "io_ring.hpp"

namespace wali {

using abi::IoUringRegisterOperation;
using abi::IoUringSubmissionFlags;
using detail::IoKind;
using detail::IoRing;
using detail::IoSlot;

namespace {

constexpr u32 any_index = abi::bits(abi::IoUringFileIndex::ALLOC);

u64 address_of(const void* memory) noexcept { return reinterpret_cast<std::uintptr_t>(memory); }

// No operation moves more; a result would not hold it.
u32 length_of(const IoBuffer& buffer) noexcept { return static_cast<u32>(std::min<usize>(buffer.size(), 0x7fff'f000)); }

u32 flags_of(MessageFlags flags) noexcept { return static_cast<u32>(abi::bits(flags)); }

template <class T>
result<IoBuffer> memory_for(const T& value) noexcept {
    result<IoBuffer> memory = IoBuffer::allocate(sizeof(T));
    if (memory) std::construct_at(detail::value_in<T>(memory.assume_value()), value);
    return memory;
}

}  // namespace

// One operation on its way into the ring.
struct IoUring::Entry {
    IoUringOperation operation;
    Call call;
    IoKind kind;
    i32 fd = -1;
    const IoRing* direct = nullptr;  // the ring of a direct descriptor, whose index fd is
    IoUringSubmissionFlags flags{};
    abi::io_uring_sqe raw{};
    IoBuffer* buffer = nullptr;  // to own
    IoBuffer* memory = nullptr;
    IoBufferVector* buffers = nullptr;
    IoControl* control = nullptr;
    Fd* descriptor = nullptr;
    u64 abi::io_uring_sqe::* time_at = nullptr;  // the address of `time`
    abi::timespec time{};

    Entry(IoUringOperation what, Call same, IoKind gives) noexcept : operation(what), call(same), kind(gives) {}
    Entry(IoUringOperation what, Call same, IoKind gives, BorrowedFd on) noexcept : Entry(what, same, gives) {
        fd = on.raw();
    }
    Entry(IoUringOperation what, Call same, IoKind gives, const IoTarget& on) noexcept : Entry(what, same, gives) {
        fd = on.raw_;
        direct = on.ring_;
    }

    // The selected part is what the operation is about.
    void own(IoBuffer& with) noexcept {
        raw.addr = address_of(with.bytes().data());
        raw.len = length_of(with);
        buffer = &with;
    }

    // Of an IoMessage the kernel reads the header.
    void own_message(IoBuffer& with, MessageFlags how) noexcept {
        raw.addr = address_of(&detail::value_in<detail::IoMessage>(with)->header);
        raw.len = 1;
        raw.op_flags = flags_of(how);
        memory = &with;
    }
};

// --- making and ending ---

result<IoUring> IoUring::create(const IoUringOptions& options) noexcept {
    using abi::IoUringSetupFlags;
    IoUringSetupFlags flags =
        IoUringSetupFlags::CLAMP | IoUringSetupFlags::SUBMIT_ALL | IoUringSetupFlags::TASKRUN_FLAG;
    flags = flags | (options.defer_work ? IoUringSetupFlags::SINGLE_ISSUER | IoUringSetupFlags::DEFER_TASKRUN
                                        : IoUringSetupFlags::COOP_TASKRUN);
    if (options.completions != 0) flags = flags | IoUringSetupFlags::CQSIZE;
    abi::io_uring_params params{};
    params.cq_entries = options.completions;
    params.flags = abi::bits(flags);
    IoUring made;
    WALI_TRY(made.fd_, to_descriptor<Fd>(Call::io_uring_setup, sys::io_uring_setup(options.entries, &params)));
    const u32 operations = std::min(options.operations != 0 ? options.operations : params.cq_entries, 1U << 20);
    WALI_TRY(IoRing* const ring, IoRing::create(operations));
    made.ring_ = ring;
    const usize rings_size = std::max<usize>(params.sq_off.array + params.sq_entries * sizeof(u32),
                                             params.cq_off.cqes + params.cq_entries * sizeof(abi::io_uring_cqe));
    const MapOptions shared{.shared = true, .populate = true};
    WALI_TRY(made.rings_, MutableMemoryMap::of_file(made.fd_, rings_size,
                                                    {.offset = abi::bits(abi::IoUringOffset::SQ_RING), .map = shared}));
    WALI_TRY(made.entries_, MutableMemoryMap::of_file(made.fd_, params.sq_entries * sizeof(abi::io_uring_sqe),
                                                      {.offset = abi::bits(abi::IoUringOffset::SQES), .map = shared}));
    std::byte* const rings = made.rings_.bytes().data();
    const auto word = [&](u32 offset) noexcept { return reinterpret_cast<u32*>(rings + offset); };
    ring->sq_entries = params.sq_entries;
    ring->sq_mask = params.sq_entries - 1;
    ring->cq_mask = params.cq_entries - 1;
    ring->sq_head = word(params.sq_off.head);
    ring->sq_tail = word(params.sq_off.tail);
    ring->cq_head = word(params.cq_off.head);
    ring->cq_tail = word(params.cq_off.tail);
    ring->sq_flags = word(params.sq_off.flags);
    ring->completions = reinterpret_cast<const abi::io_uring_cqe*>(rings + params.cq_off.cqes);
    ring->entries = reinterpret_cast<abi::io_uring_sqe*>(made.entries_.bytes().data());
    for (u32 i = 0; i < params.sq_entries; ++i) word(params.sq_off.array)[i] = i;
    ring->fd = made.fd_.raw();

    constexpr u32 asked = 64;
    struct {
        abi::io_uring_probe head;
        abi::io_uring_probe_op operations[asked];
    } probe{};
    WALI_TRY(to_result<void>(Call::io_uring_register,
                             ring->register_with(IoUringRegisterOperation::REGISTER_PROBE, &probe, asked)));
    for (u32 i = 0; i < asked; ++i)
        if ((probe.operations[i].flags & abi::bits(abi::IoUringProbeFlags::SUPPORTED)) != 0)
            ring->supported |= u64{1} << i;
    return made;
}

void IoUring::end() noexcept {
    if (ring_ != nullptr && ring_->room != 0) {
        // What the kernel may still use is rather never freed.
        const bool finished = ring_->fd < 0 || ring_->finish();
        // The kernel does so by itself, but later: when a worker of its has time, and no child has the ring open.
        if (finished && ring_->has_files)
            (void)ring_->register_with(IoUringRegisterOperation::UNREGISTER_FILES, nullptr, 0);
        ring_->fd = -1;
        if (finished) ring_->release();
    }
    ring_ = nullptr;
    fd_ = Fd();
    entries_ = MutableMemoryMap();
    rings_ = MutableMemoryMap();
}

bool IoUring::supports(IoUringOperation operation) const noexcept {
    const u32 number = abi::bits(operation);
    return ring_ != nullptr && number < 64 && (ring_->supported >> number & 1) != 0;
}

usize IoUring::operations() const noexcept { return ring_ != nullptr ? ring_->in_flight : 0; }

// --- submitting and completing ---

namespace {
constexpr Error no_ring = Error(Errno::OPNOTSUPP, Call::io_uring_enter);
bool is_usable(const IoRing* ring) noexcept { return ring != nullptr && ring->room != 0; }
}  // namespace

result<void> IoUring::submit() noexcept {
    if (!is_usable(ring_)) return no_ring;
    while (ring_->space() != ring_->sq_entries) WALI_TRY(ring_->enter(0, {}, Deadline::never()));
    return success();
}

result<void> IoUring::reserve(u32 count) noexcept {
    if (!is_usable(ring_)) return no_ring;
    return ring_->make_space(count);
}

result<IoCompletion> IoUring::wait_until(Deadline deadline) noexcept {
    if (!is_usable(ring_)) return no_ring;
    for (IoCompletion done;;) {
        if (ring_->take(done)) return done;
        const result<void> waited = ring_->enter(1, abi::IoUringEnterFlags::GETEVENTS, deadline);
        if (waited.has_value()) continue;
        if (ring_->take(done)) return done;
        if (waited.assume_error() == Errno::TIME) return Error(Errno::TIMEDOUT, Call::io_uring_enter);
        return waited.assume_error();
    }
}

result<IoCompletion> IoUring::try_wait() noexcept {
    if (!is_usable(ring_)) return no_ring;
    IoCompletion done;
    if (ring_->take(done)) return done;
    constexpr u32 asks =
        abi::bits(abi::IoUringSubmissionRingFlags::CQ_OVERFLOW | abi::IoUringSubmissionRingFlags::TASKRUN);
    if (ring_->space() == ring_->sq_entries && (__atomic_load_n(ring_->sq_flags, __ATOMIC_RELAXED) & asks) == 0)
        return Error(Errno::AGAIN, Call::io_uring_enter);
    const result<void> entered = ring_->enter(0, abi::IoUringEnterFlags::GETEVENTS, Deadline::never());
    if (ring_->take(done)) return done;
    if (entered.has_error()) return entered.assume_error();
    return Error(Errno::AGAIN, Call::io_uring_enter);
}

// --- adding ---

bool IoUring::is_registered(const IoBuffer& buffer) const noexcept {
    return ring_ != nullptr && buffer.registration_ != 0 && buffer.registration_ == ring_->registration;
}

result<u64> IoUring::push_entry(const Entry& entry, const IoOptions& options) noexcept {
    if (!is_usable(ring_)) return no_ring;
    if (entry.direct != nullptr && entry.direct != ring_) return Errno::BADF;
    if (options.drain && ring_->chain_is_open) return Errno::INVAL;
    if (ring_->free == 0) return Errno::NOBUFS;
    const bool limited = options.timeout != forever();
    WALI_TRY(ring_->make_space(limited ? 2 : 1));

    IoSlot* slot = nullptr;
    const u64 name = ring_->claim(slot);
    slot->index = options.index;
    slot->call = entry.call;
    slot->kind = entry.kind;
    slot->group = entry.raw.buf_index;
    slot->time = entry.time;
    if (entry.buffer != nullptr) slot->buffer = std::move(*entry.buffer);
    if (entry.memory != nullptr) slot->memory = std::move(*entry.memory);
    if (entry.buffers != nullptr) slot->buffers = std::move(*entry.buffers);
    if (entry.control != nullptr) slot->control = std::move(*entry.control);
    if (entry.descriptor != nullptr) slot->descriptor = std::move(*entry.descriptor);

    IoUringSubmissionFlags chain{};
    if (options.link) chain = chain | IoUringSubmissionFlags::IO_LINK;
    if (options.hard_link) chain = chain | IoUringSubmissionFlags::IO_HARDLINK;
    IoUringSubmissionFlags flags = entry.flags;
    if (options.drain) flags = flags | IoUringSubmissionFlags::IO_DRAIN;
    if (options.async) flags = flags | IoUringSubmissionFlags::ASYNC;
    if (entry.direct != nullptr) flags = flags | IoUringSubmissionFlags::FIXED_FILE;
    abi::io_uring_sqe raw = entry.raw;
    raw.opcode = abi::bits(entry.operation);
    raw.fd = entry.fd;
    // The timeout is linked to the operation, in the way in which it passes on how that has ended.
    const auto to_limit = options.hard_link ? IoUringSubmissionFlags::IO_HARDLINK : IoUringSubmissionFlags::IO_LINK;
    raw.flags = abi::bits(flags | (limited ? to_limit : chain));
    raw.user_data = name;
    if (entry.time_at != nullptr) raw.*entry.time_at = address_of(&slot->time);
    ring_->push(raw);
    if (limited) {
        slot->limit = to_timespec(options.timeout);
        slot->limit_pending = true;
        abi::io_uring_sqe timeout{};
        timeout.opcode = abi::bits(IoUringOperation::LINK_TIMEOUT);
        timeout.flags = abi::bits(chain);
        timeout.fd = -1;
        timeout.addr = address_of(&slot->limit);
        timeout.len = 1;
        timeout.user_data = detail::with_purpose(name, detail::IoPurpose::LIMIT);
        ring_->push(timeout);
    }
    ring_->chain_is_open = options.link || options.hard_link;
    ring_->has_drained = ring_->has_drained || options.drain;
    return name;
}

template <class T>
result<IoKey<T>> IoUring::add_entry(const Entry& entry, const IoOptions& options) noexcept {
    WALI_TRY(const u64 name, push_entry(entry, options));
    return IoKey<T>(name);
}

result<IoKey<i32>> IoUring::add(const abi::io_uring_sqe& entry, IoBuffer&& buffer, IoBuffer&& memory,
                                const IoOptions& options) noexcept {
    Entry added(static_cast<IoUringOperation>(entry.opcode), Call::io_uring_enter, IoKind::NUMBER,
                BorrowedFd::from_raw(entry.fd));
    added.raw = entry;
    added.flags = static_cast<IoUringSubmissionFlags>(entry.flags) & IoUringSubmissionFlags::FIXED_FILE;
    added.buffer = &buffer;
    added.memory = &memory;
    return add_entry<i32>(added, options);
}

result<IoKey<void>> IoUring::cancel_bits(u64 operation, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::ASYNC_CANCEL, Call::io_uring_enter, IoKind::NOTHING);
    entry.raw.addr = operation;
    return add_entry<void>(entry, options);
}

result<IoKey<usize>> IoUring::cancel_all(IoTarget target, const IoOptions& options) noexcept {
    using abi::IoUringCancelFlags;
    Entry entry(IoUringOperation::ASYNC_CANCEL, Call::io_uring_enter, IoKind::SIZE, target);
    entry.raw.op_flags = abi::bits(IoUringCancelFlags::ALL | IoUringCancelFlags::FD);
    if (entry.direct != nullptr) {
        if (entry.direct != ring_) return Errno::BADF;
        entry.direct = nullptr;  // says this operation in another way
        entry.raw.op_flags |= abi::bits(IoUringCancelFlags::FD_FIXED);
    }
    return add_entry<usize>(entry, options);
}

// --- files ---

result<IoKey<void>> IoUring::nop(const IoOptions& options) noexcept {
    return add_entry<void>(Entry(IoUringOperation::NOP, Call::io_uring_enter, IoKind::NOTHING), options);
}

result<IoKey<usize>> IoUring::read(IoTarget file, IoBuffer&& buffer, u64 offset, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::READ, Call::pread64, IoKind::SIZE, file);
    entry.raw.off = offset;
    entry.own(buffer);
    if (is_registered(buffer)) {
        entry.operation = IoUringOperation::READ_FIXED;
        entry.raw.buf_index = static_cast<u16>(buffer.registered_index_);
    }
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::write(IoTarget file, IoBuffer&& buffer, u64 offset, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::WRITE, Call::pwrite64, IoKind::SIZE, file);
    entry.raw.off = offset;
    entry.own(buffer);
    if (is_registered(buffer)) {
        entry.operation = IoUringOperation::WRITE_FIXED;
        entry.raw.buf_index = static_cast<u16>(buffer.registered_index_);
    }
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::read_multishot(IoTarget file, IoBufferGroup group, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::READ_MULTISHOT, Call::read, IoKind::SIZE, file);
    entry.flags = IoUringSubmissionFlags::BUFFER_SELECT;
    entry.raw.off = current_offset;
    entry.raw.buf_index = group.number_;
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::add_vectored(Entry entry, IoBufferVector& buffers, u64 offset,
                                           const IoOptions& options) noexcept {
    entry.raw.off = offset;
    entry.raw.addr = address_of(buffers.vector());
    entry.raw.len = static_cast<u32>(buffers.count());
    entry.buffers = &buffers;
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::read_vectored(IoTarget file, IoBufferVector&& buffers, u64 offset,
                                            const IoOptions& options) noexcept {
    return add_vectored(Entry(IoUringOperation::READV, Call::preadv, IoKind::SIZE, file), buffers, offset, options);
}

result<IoKey<usize>> IoUring::write_vectored(IoTarget file, IoBufferVector&& buffers, u64 offset,
                                             const IoOptions& options) noexcept {
    return add_vectored(Entry(IoUringOperation::WRITEV, Call::pwritev, IoKind::SIZE, file), buffers, offset, options);
}

result<IoKey<void>> IoUring::sync(IoTarget file, const IoOptions& options) noexcept {
    return add_entry<void>(Entry(IoUringOperation::FSYNC, Call::fsync, IoKind::NOTHING, file), options);
}

result<IoKey<void>> IoUring::sync_data(IoTarget file, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::FSYNC, Call::fdatasync, IoKind::NOTHING, file);
    entry.raw.op_flags = abi::bits(abi::IoUringFsyncFlags::DATASYNC);
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::sync_range(IoTarget file, u64 offset, u32 length, SyncFileRangeFlags flags,
                                        const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SYNC_FILE_RANGE, Call::sync_file_range, IoKind::NOTHING, file);
    entry.raw.off = offset;
    entry.raw.len = length;
    entry.raw.op_flags = abi::bits(flags);
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::allocate(IoTarget file, FallocateMode mode, u64 offset, u64 length,
                                      const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::FALLOCATE, Call::fallocate, IoKind::NOTHING, file);
    entry.raw.off = offset;
    entry.raw.addr = length;
    entry.raw.len = static_cast<u32>(abi::bits(mode));
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::advise(IoTarget file, FileAdvice advice, u64 offset, u32 length,
                                    const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::FADVISE, Call::fadvise, IoKind::NOTHING, file);
    entry.raw.off = offset;
    entry.raw.len = length;
    entry.raw.op_flags = static_cast<u32>(abi::bits(advice));
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::truncate(IoTarget file, u64 size, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::FTRUNCATE, Call::ftruncate, IoKind::NOTHING, file);
    entry.raw.off = size;
    return add_entry<void>(entry, options);
}

namespace {

// `size` bytes and behind them two paths, of which the second may be empty.
result<IoBuffer> memory_for_paths(usize size, PathView first, PathView second) noexcept {
    return first.with_c_str([&](const char* one) noexcept {
        return second.with_c_str([&](const char* other) noexcept -> result<IoBuffer> {
            const usize one_size = std::strlen(one) + 1;
            const usize other_size = std::strlen(other) + 1;
            result<IoBuffer> memory = IoBuffer::allocate(size + one_size + other_size);
            if (memory.has_error()) return memory;
            auto* const text = reinterpret_cast<char*>(memory.assume_value().bytes().data() + size);
            std::memcpy(text, one, one_size);
            std::memcpy(text + one_size, other, other_size);
            return memory;
        });
    });
}

}  // namespace

template <class T>
result<IoKey<T>> IoUring::open_entry(Entry entry, PathView path, const OpenOptions& how,
                                     const IoOptions& options) noexcept {
    WALI_TRY(IoBuffer memory, memory_for_paths(sizeof(abi::open_how), path, ""));
    auto* const raw = detail::value_in<abi::open_how>(memory);
    // A direct descriptor cannot be inherited.
    const OpenFlags always = entry.kind == IoKind::DIRECT ? OpenFlags{} : OpenFlags::CLOEXEC;
    const OpenFlags flags = how.flags | always;
    const bool makes = contains(flags, OpenFlags::CREAT) || contains(flags, OpenFlags::TMPFILE);
    *raw = {static_cast<u32>(abi::bits(flags)), makes ? static_cast<u32>(abi::bits(how.permissions)) : 0U,
            abi::bits(how.resolve)};
    entry.raw.off = address_of(raw);
    entry.raw.addr = address_of(raw + 1);
    entry.raw.len = sizeof *raw;
    entry.memory = &memory;
    return add_entry<T>(entry, options);
}

result<IoKey<File>> IoUring::open_at(BorrowedFd directory, PathView path, const OpenOptions& how,
                                     const IoOptions& options) noexcept {
    return open_entry<File>(Entry(IoUringOperation::OPENAT2, Call::openat2, IoKind::DESCRIPTOR, directory), path, how,
                            options);
}

result<IoKey<DirectDescriptor>> IoUring::open_direct_at(BorrowedFd directory, PathView path, const OpenOptions& how,
                                                        const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::OPENAT2, Call::openat2, IoKind::DIRECT, directory);
    entry.raw.file_index = any_index;
    return open_entry<DirectDescriptor>(entry, path, how, options);
}

result<IoKey<void>> IoUring::close(Fd&& descriptor, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::CLOSE, Call::close, IoKind::CLOSED, descriptor.borrow());
    entry.descriptor = &descriptor;
    return add_entry<void>(entry, options);
}

result<IoKey<ExtendedStatus>> IoUring::status_at(BorrowedFd directory, PathView path, StatxMask mask, AtFlags flags,
                                                 const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::STATX, Call::statx, IoKind::STATUS, directory);
    WALI_TRY(IoBuffer memory, memory_for_paths(sizeof(abi::statx), path, ""));
    auto* const status = std::construct_at(detail::value_in<abi::statx>(memory));
    entry.raw.off = address_of(status);
    entry.raw.addr = address_of(status + 1);
    entry.raw.len = abi::bits(mask);
    entry.raw.op_flags = static_cast<u32>(abi::bits(flags));
    entry.memory = &memory;
    return add_entry<ExtendedStatus>(entry, options);
}

result<IoKey<usize>> IoUring::splice(IoTarget from, IoTarget to, u32 count, const SpliceOffsets& offsets,
                                     const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SPLICE, Call::splice, IoKind::SIZE, to);
    if (from.ring_ != nullptr && from.ring_ != ring_) return Errno::BADF;
    if (options.timeout != forever()) return Error(Errno::OPNOTSUPP, Call::splice);
    entry.raw.off = offsets.to;
    entry.raw.addr = offsets.from;
    entry.raw.len = count;
    entry.raw.file_index = static_cast<u32>(from.raw_);
    if (from.ring_ != nullptr) entry.raw.op_flags = abi::bits(abi::IoUringSpliceFlags::FD_IN_FIXED);
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::tee(IoTarget from, IoTarget to, u32 count, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::TEE, Call::tee, IoKind::SIZE, to);
    if (from.ring_ != nullptr && from.ring_ != ring_) return Errno::BADF;
    if (options.timeout != forever()) return Error(Errno::OPNOTSUPP, Call::tee);
    entry.raw.len = count;
    entry.raw.file_index = static_cast<u32>(from.raw_);
    if (from.ring_ != nullptr) entry.raw.op_flags = abi::bits(abi::IoUringSpliceFlags::FD_IN_FIXED);
    return add_entry<usize>(entry, options);
}

// The paths are in addr and addr2.
result<IoKey<void>> IoUring::add_with_path(Entry entry, PathView path, const IoOptions& options) noexcept {
    WALI_TRY(IoBuffer memory, memory_for_paths(0, path, ""));
    entry.raw.addr = address_of(memory.bytes().data());
    entry.memory = &memory;
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::add_with_paths(Entry entry, PathView first, PathView second,
                                            const IoOptions& options) noexcept {
    WALI_TRY(IoBuffer memory, memory_for_paths(0, first, second));
    const auto* const text = reinterpret_cast<const char*>(memory.bytes().data());
    entry.raw.addr = address_of(text);
    entry.raw.off = address_of(text + std::strlen(text) + 1);
    entry.memory = &memory;
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::rename_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory,
                                       PathView new_path, RenameFlags flags, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::RENAMEAT, Call::renameat2, IoKind::NOTHING, old_directory);
    entry.raw.len = static_cast<u32>(new_directory.raw());
    entry.raw.op_flags = abi::bits(flags);
    return add_with_paths(entry, old_path, new_path, options);
}

result<IoKey<void>> IoUring::unlink_at(BorrowedFd directory, PathView path, AtFlags flags,
                                       const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::UNLINKAT, Call::unlinkat, IoKind::NOTHING, directory);
    entry.raw.op_flags = static_cast<u32>(abi::bits(flags));
    return add_with_path(entry, path, options);
}

result<IoKey<void>> IoUring::make_directory_at(BorrowedFd directory, PathView path, Permissions permissions,
                                               const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::MKDIRAT, Call::mkdirat, IoKind::NOTHING, directory);
    entry.raw.len = static_cast<u32>(abi::bits(permissions));
    return add_with_path(entry, path, options);
}

result<IoKey<void>> IoUring::symlink_at(PathView target, BorrowedFd directory, PathView path,
                                        const IoOptions& options) noexcept {
    return add_with_paths(Entry(IoUringOperation::SYMLINKAT, Call::symlinkat, IoKind::NOTHING, directory), target, path,
                          options);
}

result<IoKey<void>> IoUring::link_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory,
                                     PathView new_path, AtFlags flags, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::LINKAT, Call::linkat, IoKind::NOTHING, old_directory);
    entry.raw.len = static_cast<u32>(new_directory.raw());
    entry.raw.op_flags = static_cast<u32>(abi::bits(flags));
    return add_with_paths(entry, old_path, new_path, options);
}

// The name is in addr, the value in addr2, and the path in addr3, if it is not of an open file.
template <class T>
result<IoKey<T>> IoUring::add_with_xattr(Entry entry, const PathView* path, PathView name, IoBuffer& value,
                                         const IoOptions& options) noexcept {
    WALI_TRY(IoBuffer memory, memory_for_paths(0, name, path != nullptr ? *path : PathView("")));
    const auto* const text = reinterpret_cast<const char*>(memory.bytes().data());
    entry.own(value);
    entry.raw.off = std::exchange(entry.raw.addr, address_of(text));
    if (path != nullptr) entry.raw.addr3 = address_of(text + std::strlen(text) + 1);
    entry.memory = &memory;
    return add_entry<T>(entry, options);
}

result<IoKey<usize>> IoUring::get_xattr(IoTarget file, PathView name, IoBuffer&& value,
                                        const IoOptions& options) noexcept {
    return add_with_xattr<usize>(Entry(IoUringOperation::FGETXATTR, Call::fgetxattr, IoKind::SIZE, file), nullptr, name,
                                 value, options);
}

result<IoKey<usize>> IoUring::get_xattr(PathView path, PathView name, IoBuffer&& value,
                                        const IoOptions& options) noexcept {
    return add_with_xattr<usize>(Entry(IoUringOperation::GETXATTR, Call::getxattr, IoKind::SIZE), &path, name, value,
                                 options);
}

result<IoKey<void>> IoUring::set_xattr(IoTarget file, PathView name, IoBuffer&& value, XattrFlags flags,
                                       const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::FSETXATTR, Call::fsetxattr, IoKind::NOTHING, file);
    entry.raw.op_flags = static_cast<u32>(abi::bits(flags));
    return add_with_xattr<void>(entry, nullptr, name, value, options);
}

result<IoKey<void>> IoUring::set_xattr(PathView path, PathView name, IoBuffer&& value, XattrFlags flags,
                                       const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SETXATTR, Call::setxattr, IoKind::NOTHING);
    entry.raw.op_flags = static_cast<u32>(abi::bits(flags));
    return add_with_xattr<void>(entry, &path, name, value, options);
}

// --- sockets ---

result<IoKey<Socket>> IoUring::socket(AddressFamily family, SocketType type, int protocol,
                                      const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SOCKET, Call::socket, IoKind::DESCRIPTOR, BorrowedFd::from_raw(abi::bits(family)));
    entry.raw.off = static_cast<u32>(abi::bits(type) | abi::bits(SocketFlags::CLOEXEC));
    entry.raw.len = static_cast<u32>(protocol);
    return add_entry<Socket>(entry, options);
}

result<IoKey<DirectDescriptor>> IoUring::socket_direct(AddressFamily family, SocketType type, int protocol,
                                                       const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SOCKET, Call::socket, IoKind::DIRECT, BorrowedFd::from_raw(abi::bits(family)));
    entry.raw.off = static_cast<u32>(abi::bits(type));
    entry.raw.len = static_cast<u32>(protocol);
    entry.raw.file_index = any_index;
    return add_entry<DirectDescriptor>(entry, options);
}

result<IoKey<void>> IoUring::bind(IoTarget socket, const SocketAddress& address, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::BIND, Call::bind, IoKind::NOTHING, socket);
    WALI_TRY(IoBuffer memory, memory_for(address));
    entry.raw.addr = address_of(detail::value_in<SocketAddress>(memory)->raw());
    entry.raw.off = address.size();
    entry.memory = &memory;
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::listen(IoTarget socket, int backlog, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::LISTEN, Call::listen, IoKind::NOTHING, socket);
    entry.raw.len = static_cast<u32>(backlog);
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::connect(IoTarget socket, const SocketAddress& address, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::CONNECT, Call::connect, IoKind::NOTHING, socket);
    WALI_TRY(IoBuffer memory, memory_for(address));
    entry.raw.addr = address_of(detail::value_in<SocketAddress>(memory)->raw());
    entry.raw.off = address.size();
    entry.memory = &memory;
    return add_entry<void>(entry, options);
}

result<IoKey<Socket>> IoUring::accept(IoTarget listener, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::ACCEPT, Call::accept4, IoKind::DESCRIPTOR, listener);
    entry.raw.op_flags = static_cast<u32>(abi::bits(SocketFlags::CLOEXEC));
    return add_entry<Socket>(entry, options);
}

result<IoKey<Socket>> IoUring::accept_from(IoTarget listener, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::ACCEPT, Call::accept4, IoKind::ACCEPTED, listener);
    WALI_TRY(IoBuffer memory, memory_for(detail::IoPeer{}));
    auto* const peer = detail::value_in<detail::IoPeer>(memory);
    entry.raw.addr = address_of(peer->address.out());
    entry.raw.off = address_of(&peer->size);
    entry.raw.op_flags = static_cast<u32>(abi::bits(SocketFlags::CLOEXEC));
    entry.memory = &memory;
    return add_entry<Socket>(entry, options);
}

result<IoKey<Socket>> IoUring::accept_multishot(IoTarget listener, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::ACCEPT, Call::accept4, IoKind::DESCRIPTOR, listener);
    entry.raw.op_flags = static_cast<u32>(abi::bits(SocketFlags::CLOEXEC));
    entry.raw.ioprio = abi::bits(abi::IoUringAcceptFlags::MULTISHOT);
    return add_entry<Socket>(entry, options);
}

result<IoKey<DirectDescriptor>> IoUring::accept_direct(IoTarget listener, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::ACCEPT, Call::accept4, IoKind::DIRECT, listener);
    entry.raw.file_index = any_index;
    return add_entry<DirectDescriptor>(entry, options);
}

result<IoKey<DirectDescriptor>> IoUring::accept_direct_multishot(IoTarget listener, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::ACCEPT, Call::accept4, IoKind::DIRECT, listener);
    entry.raw.file_index = any_index;
    entry.raw.ioprio = abi::bits(abi::IoUringAcceptFlags::MULTISHOT);
    return add_entry<DirectDescriptor>(entry, options);
}

result<IoKey<usize>> IoUring::receive(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                                      const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::RECV, Call::recvfrom, IoKind::SIZE, socket);
    entry.own(buffer);
    entry.raw.op_flags = flags_of(flags);
    return add_entry<usize>(entry, options);
}

namespace {

// A message with control messages behind it.
result<IoBuffer> memory_for_message(ConstBytes control) noexcept {
    WALI_TRY(IoBuffer memory, IoBuffer::allocate(sizeof(detail::IoMessage) + control.size()));
    auto* const message = std::construct_at(detail::value_in<detail::IoMessage>(memory));
    if (control.empty()) return memory;
    std::memcpy(message + 1, control.data(), control.size());
    message->header.msg_control = message + 1;
    message->header.msg_controllen = static_cast<decltype(abi::msghdr::msg_controllen)>(control.size());
    return memory;
}

void set_address(detail::IoMessage& message, const SocketAddress& address, u32 size) noexcept {
    message.address = address;
    message.header.msg_name = message.address.out();
    message.header.msg_namelen = size;
}

void set_buffers(detail::IoMessage& message, const abi::iovec* vector, usize count) noexcept {
    message.header.msg_iov = const_cast<abi::iovec*>(vector);
    message.header.msg_iovlen = static_cast<decltype(abi::msghdr::msg_iovlen)>(count);
}

void set_buffer(detail::IoMessage& message, IoBuffer& buffer) noexcept {
    message.vector = {buffer.bytes().data(), length_of(buffer)};
    set_buffers(message, &message.vector, 1);
}

}  // namespace

result<IoKey<usize>> IoUring::receive_from(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                                           const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::RECVMSG, Call::recvmsg, IoKind::RECEIVED, socket);
    WALI_TRY(IoBuffer memory, memory_for_message({}));
    auto& message = *detail::value_in<detail::IoMessage>(memory);
    set_address(message, SocketAddress(), SocketAddress::capacity);
    set_buffer(message, buffer);
    entry.own_message(memory, flags);
    entry.buffer = &buffer;
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::receive_multishot(IoTarget socket, IoBufferGroup group,
                                                const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::RECV, Call::recvfrom, IoKind::SIZE, socket);
    entry.flags = IoUringSubmissionFlags::BUFFER_SELECT;
    entry.raw.ioprio = abi::bits(abi::IoUringSendReceiveFlags::RECV_MULTISHOT);
    entry.raw.buf_index = group.number_;
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::send(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                                   const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SEND, Call::sendto, IoKind::SIZE, socket);
    entry.own(buffer);
    entry.raw.op_flags = flags_of(flags | MessageFlags::NOSIGNAL);
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::send_to(IoTarget socket, IoBuffer&& buffer, const SocketAddress& address,
                                      MessageFlags flags, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SENDMSG, Call::sendmsg, IoKind::SIZE, socket);
    WALI_TRY(IoBuffer memory, memory_for_message({}));
    auto& message = *detail::value_in<detail::IoMessage>(memory);
    set_address(message, address, address.size());
    set_buffer(message, buffer);
    entry.own_message(memory, flags | MessageFlags::NOSIGNAL);
    entry.buffer = &buffer;
    return add_entry<usize>(entry, options);
}

// Since Linux 6.16 what drains waits until nothing else is under way, and a send without a copy has its notification
// under way from when it is taken: if either stands behind the other, both wait for ever. The kernel goes on to queue
// so after the drain, so this holds for the ring from then on.
bool IoUring::must_copy(const IoOptions& options) const noexcept {
    return options.drain || (ring_ != nullptr && ring_->has_drained);
}

result<IoKey<usize>> IoUring::send_zero_copy(IoTarget socket, IoBuffer&& buffer, MessageFlags flags,
                                             const IoOptions& options) noexcept {
    if (must_copy(options)) return send(socket, std::move(buffer), flags, options);
    Entry entry(IoUringOperation::SEND_ZC, Call::sendto, IoKind::SIZE, socket);
    entry.own(buffer);
    entry.raw.op_flags = flags_of(flags | MessageFlags::NOSIGNAL);
    if (is_registered(buffer)) {
        entry.raw.ioprio = abi::bits(abi::IoUringSendReceiveFlags::RECVSEND_FIXED_BUF);
        entry.raw.buf_index = static_cast<u16>(buffer.registered_index_);
    }
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::send_message_entry(Entry entry, IoBufferVector& buffers, const MessageOptions& how,
                                                 const IoOptions& options) noexcept {
    WALI_TRY(IoBuffer memory, memory_for_message(how.control != nullptr ? how.control->bytes() : ConstBytes()));
    auto& message = *detail::value_in<detail::IoMessage>(memory);
    if (how.to != nullptr) set_address(message, *how.to, how.to->size());
    set_buffers(message, buffers.vector(), buffers.count());
    entry.own_message(memory, how.flags | MessageFlags::NOSIGNAL);
    entry.buffers = &buffers;
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::send_message(IoTarget socket, IoBufferVector&& buffers, const MessageOptions& how,
                                           const IoOptions& options) noexcept {
    return send_message_entry(Entry(IoUringOperation::SENDMSG, Call::sendmsg, IoKind::SIZE, socket), buffers, how,
                              options);
}

result<IoKey<usize>> IoUring::send_message_zero_copy(IoTarget socket, IoBufferVector&& buffers,
                                                     const MessageOptions& how, const IoOptions& options) noexcept {
    if (must_copy(options)) return send_message(socket, std::move(buffers), how, options);
    return send_message_entry(Entry(IoUringOperation::SENDMSG_ZC, Call::sendmsg, IoKind::SIZE, socket), buffers, how,
                              options);
}

result<IoKey<usize>> IoUring::receive_message(IoTarget socket, IoBufferVector&& buffers, IoControl&& control,
                                              MessageFlags flags, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::RECVMSG, Call::recvmsg, IoKind::RECEIVED, socket);
    WALI_TRY(IoBuffer memory, memory_for_message({}));
    auto& message = *detail::value_in<detail::IoMessage>(memory);
    set_address(message, SocketAddress(), SocketAddress::capacity);
    set_buffers(message, buffers.vector(), buffers.count());
    if (control) {
        IncomingControl& room = control.received();
        room.clear();
        // A Unix stream with credentials writes them when it finds no message, too, and the kernel then takes what is
        // left of the room for all of it when there is one: descriptors are lost, or in no one's hands. So it looks
        // after something has come.
        if (!contains(flags, MessageFlags::DONTWAIT))
            entry.raw.ioprio = abi::bits(abi::IoUringSendReceiveFlags::RECVSEND_POLL_FIRST);
        message.header.msg_control = room.data();
        message.header.msg_controllen = static_cast<decltype(abi::msghdr::msg_controllen)>(room.room());
    }
    entry.own_message(memory, flags | MessageFlags::CMSG_CLOEXEC);
    entry.buffers = &buffers;
    entry.control = &control;
    return add_entry<usize>(entry, options);
}

result<IoKey<void>> IoUring::set_option_value(IoTarget socket, SocketLevel level, int name, ConstBytes value,
                                              const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::URING_CMD, Call::setsockopt, IoKind::NOTHING, socket);
    WALI_TRY(IoBuffer memory, IoBuffer::copy_of(value));
    entry.raw.off = abi::bits(abi::IoUringSocketCommand::SETSOCKOPT);
    entry.raw.addr = static_cast<u32>(abi::bits(level)) | u64{static_cast<u32>(name)} << 32;
    entry.raw.addr3 = address_of(memory.bytes().data());
    entry.raw.file_index = static_cast<u32>(memory.size());
    entry.memory = &memory;
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::shutdown(IoTarget socket, ShutdownHow how, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::SHUTDOWN, Call::shutdown, IoKind::NOTHING, socket);
    entry.raw.len = static_cast<u32>(abi::bits(how));
    return add_entry<void>(entry, options);
}

// --- waiting ---

result<IoKey<EpollEvents>> IoUring::poll(IoTarget target, EpollEvents events, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::POLL_ADD, Call::ppoll, IoKind::EVENTS, target);
    entry.raw.op_flags = abi::bits(events);
    return add_entry<EpollEvents>(entry, options);
}

result<IoKey<EpollEvents>> IoUring::poll_multishot(IoTarget target, EpollEvents events,
                                                   const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::POLL_ADD, Call::ppoll, IoKind::EVENTS, target);
    entry.raw.op_flags = abi::bits(events);
    entry.raw.len = abi::bits(abi::IoUringPollFlags::ADD_MULTI);
    return add_entry<EpollEvents>(entry, options);
}

result<IoKey<void>> IoUring::update_poll(IoKey<EpollEvents> poll, EpollEvents events,
                                         const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::POLL_REMOVE, Call::ppoll, IoKind::NOTHING);
    entry.raw.addr = poll.bits_;
    entry.raw.len = abi::bits(abi::IoUringPollFlags::UPDATE_EVENTS);
    entry.raw.op_flags = abi::bits(events);
    return add_entry<void>(entry, options);
}

// The end of its time is its success: a chain goes on.
result<IoKey<void>> IoUring::timeout(Timeout time, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::TIMEOUT, Call::io_uring_enter, IoKind::TIMER);
    entry.time = to_timespec(time);
    entry.time_at = &abi::io_uring_sqe::addr;
    entry.raw.len = 1;
    entry.raw.op_flags = abi::bits(abi::IoUringTimeoutFlags::TIMEOUT_ETIME_SUCCESS);
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::timeout_multishot(Timeout period, u32 count, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::TIMEOUT, Call::io_uring_enter, IoKind::TIMER);
    entry.time = to_timespec(period);
    entry.time_at = &abi::io_uring_sqe::addr;
    entry.raw.len = 1;
    entry.raw.off = count;
    entry.raw.op_flags =
        abi::bits(abi::IoUringTimeoutFlags::TIMEOUT_MULTISHOT | abi::IoUringTimeoutFlags::TIMEOUT_ETIME_SUCCESS);
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::update_timeout(IoKey<void> timeout, Timeout time, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::TIMEOUT_REMOVE, Call::io_uring_enter, IoKind::NOTHING);
    entry.time = to_timespec(time);
    entry.time_at = &abi::io_uring_sqe::off;
    entry.raw.addr = timeout.bits_;
    entry.raw.op_flags = abi::bits(abi::IoUringTimeoutFlags::TIMEOUT_UPDATE);
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::wait_on(const FutexWord& word, u32 expected, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::WAIT_FUTEX, Call::futex, IoKind::NOTHING,
                BorrowedFd::from_raw(static_cast<int>(abi::bits(abi::Futex2Flags::SIZE_U32))));
    entry.raw.addr = address_of(&word);
    entry.raw.off = expected;
    entry.raw.addr3 = ~u32{0};
    return add_entry<void>(entry, options);
}

result<IoKey<usize>> IoUring::wake(const FutexWord& word, u32 count, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::WAKE_FUTEX, Call::futex, IoKind::SIZE,
                BorrowedFd::from_raw(static_cast<int>(abi::bits(abi::Futex2Flags::SIZE_U32))));
    entry.raw.addr = address_of(&word);
    entry.raw.off = std::min(count, 0x7fff'ffffU);
    entry.raw.addr3 = ~u32{0};
    return add_entry<usize>(entry, options);
}

result<IoKey<usize>> IoUring::wait_on_any(std::span<const FutexWaiter> waiters, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::WAITV_FUTEX, Call::futex_waitv, IoKind::SIZE, BorrowedFd::from_raw(0));
    WALI_TRY(IoBuffer memory, IoBuffer::copy_of(as_bytes(waiters)));
    entry.raw.addr = address_of(memory.bytes().data());
    entry.raw.len = static_cast<u32>(std::min<usize>(waiters.size(), ~u32{0}));
    entry.memory = &memory;
    return add_entry<usize>(entry, options);
}

result<IoKey<IoChildChange>> IoUring::wait_child(WaitTarget target, WaitOptions changes,
                                                 const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::WAITID, Call::waitid, IoKind::CHILD, BorrowedFd::from_raw(target.id()));
    WALI_TRY(IoBuffer memory, memory_for(abi::siginfo_chld{}));
    entry.raw.off = address_of(memory.bytes().data());
    entry.raw.len = static_cast<u32>(target.type());
    entry.raw.file_index = static_cast<u32>(abi::bits(changes));
    entry.memory = &memory;
    return add_entry<IoChildChange>(entry, options);
}

// --- other rings ---

result<IoKey<void>> IoUring::send_message(BorrowedFd ring, u32 value, u32 index, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::MSG_RING, Call::io_uring_enter, IoKind::NOTHING, ring);
    entry.raw.addr = abi::bits(abi::IoUringMessageCommand::DATA);
    entry.raw.off = detail::message_name(index, detail::IoPurpose::MESSAGE);
    entry.raw.len = value;
    return add_entry<void>(entry, options);
}

result<IoKey<void>> IoUring::send_direct(BorrowedFd ring, const DirectDescriptor& descriptor, u32 index,
                                         const IoOptions& options) noexcept {
    if (descriptor.ring_ == nullptr || descriptor.ring_ != ring_) return Errno::BADF;
    Entry entry(IoUringOperation::MSG_RING, Call::io_uring_enter, IoKind::NOTHING, ring);
    entry.raw.addr = abi::bits(abi::IoUringMessageCommand::SEND_FD);
    entry.raw.off = detail::message_name(index, detail::IoPurpose::DIRECT_MESSAGE);
    entry.raw.addr3 = descriptor.index_;
    entry.raw.file_index = any_index;
    return add_entry<void>(entry, options);
}

// --- the ring's table of files, and its buffers ---

result<void> IoUring::register_files(u32 count) noexcept {
    if (!is_usable(ring_)) return no_ring;
    abi::io_uring_rsrc_register table{};
    table.nr = count;
    table.flags = abi::bits(abi::IoUringResourceFlags::REGISTER_SPARSE);
    WALI_TRY(to_result<void>(Call::io_uring_register,
                             ring_->register_with(IoUringRegisterOperation::REGISTER_FILES2, &table, sizeof table)));
    ring_->has_files = true;
    return success();
}

result<IoKey<DirectDescriptor>> IoUring::make_direct(BorrowedFd descriptor, const IoOptions& options) noexcept {
    Entry entry(IoUringOperation::FILES_UPDATE, Call::io_uring_enter, IoKind::MADE_DIRECT);
    WALI_TRY(IoBuffer memory, memory_for(i32{descriptor.raw()}));
    entry.raw.off = any_index;
    entry.raw.addr = address_of(memory.bytes().data());
    entry.raw.len = 1;
    entry.memory = &memory;
    return add_entry<DirectDescriptor>(entry, options);
}

result<IoKey<Fd>> IoUring::install(const DirectDescriptor& descriptor, const IoOptions& options) noexcept {
    return add_entry<Fd>(
        Entry(IoUringOperation::FIXED_FD_INSTALL, Call::io_uring_enter, IoKind::DESCRIPTOR, IoTarget(descriptor)),
        options);
}

result<void> IoUring::register_buffers(std::span<IoBuffer> buffers) noexcept {
    if (!is_usable(ring_)) return no_ring;
    if (buffers.empty() || buffers.size() > 16384) return Error(Errno::INVAL, Call::io_uring_register);
    WALI_TRY(IoBuffer memory, IoBuffer::allocate(buffers.size() * sizeof(abi::iovec)));
    auto* const vector = detail::value_in<abi::iovec>(memory);
    // One without a byte is a place without a buffer for the kernel, which has nothing to keep of it.
    for (usize i = 0; i < buffers.size(); ++i)
        vector[i] = {buffers[i].capacity_ != 0 ? buffers[i].memory_ : nullptr, buffers[i].capacity_};
    WALI_TRY(to_result<void>(Call::io_uring_register, ring_->register_with(IoUringRegisterOperation::REGISTER_BUFFERS,
                                                                           vector, static_cast<u32>(buffers.size()))));
    static constinit u32 registrations = 0;
    ring_->registration = __atomic_add_fetch(&registrations, 1, __ATOMIC_RELAXED);
    for (usize i = 0; i < buffers.size(); ++i) {
        if (buffers[i].capacity_ == 0) continue;
        buffers[i].registration_ = ring_->registration;
        buffers[i].registered_index_ = static_cast<u32>(i);
    }
    return success();
}

result<IoBufferGroup> IoUring::provide_buffers(u32 count, u32 size) noexcept {
    if (!is_usable(ring_)) return no_ring;
    WALI_TRY(const u16 number, ring_->provide(count, size));
    return IoBufferGroup(number);
}

result<void> IoUring::register_event_fd(BorrowedFd event_fd) noexcept {
    if (!is_usable(ring_)) return no_ring;
    i32 number = event_fd.raw();
    return to_result<void>(Call::io_uring_register,
                           ring_->register_with(IoUringRegisterOperation::REGISTER_EVENTFD, &number, 1));
}

result<void> IoUring::limit_workers(u32 bounded, u32 unbounded) noexcept {
    if (!is_usable(ring_)) return no_ring;
    u32 limits[] = {bounded, unbounded};
    return to_result<void>(Call::io_uring_register,
                           ring_->register_with(IoUringRegisterOperation::REGISTER_IOWQ_MAX_WORKERS, limits, 2));
}

}  // namespace wali
