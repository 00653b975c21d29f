// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>

#include <wali/core/duration.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// What a process is doing: the letters of proc_pid_stat(5). Others are kept as they are.
enum class ProcessState : char {
    running = 'R',
    sleeping = 'S',
    waiting_for_device = 'D',  ///< no signal but KILL reaches it, and that not always
    zombie = 'Z',              ///< has ended; its parent has not waited for it
    stopped = 'T',
    traced = 't',
    idle = 'I',  ///< a thread of the kernel's
    dead = 'X',
};

/// What /proc tells of a process: proc_pid_stat(5), at the time when it was asked.
class ProcessStatus {
  public:
    /// open(2), read(2) and close(2), tier spec, of /proc/PID/stat. Errors: NOENT or SRCH (there is no such process, or
    /// /proc is not mounted), MFILE. Async-signal-safe.
    static result<ProcessStatus> of(Pid process) noexcept;
    /// Takes the text of such a file apart; INVAL for what is none.
    static result<ProcessStatus> parse(std::string_view text) noexcept;

    /// Its number, and that of its parent, group and session.
    Pid id() const noexcept { return id_; }
    Pid parent() const noexcept { return parent_; }
    Pid group() const noexcept { return group_; }
    Pid session() const noexcept { return session_; }
    /// The name of its program, of which the kernel keeps 15 bytes; the program may change it to anything.
    std::string_view name() const noexcept WALI_LIFETIMEBOUND { return {name_.data(), name_size_}; }
    /// What it is doing.
    ProcessState state() const noexcept { return state_; }
    /// Processor time in the program itself, and in the kernel for it, of all its threads; to 10 ms.
    Duration user_time() const noexcept { return user_time_; }
    Duration system_time() const noexcept { return system_time_; }
    /// When it began, since the machine did; to 10 ms. Number and time together name a process for good.
    Duration started_after_boot() const noexcept { return started_; }
    /// How many threads it has.
    u64 threads() const noexcept { return threads_; }
    /// Its niceness, -20 to 19.
    int niceness() const noexcept { return niceness_; }
    /// Bytes of address space, and of memory that is resident.
    u64 address_space() const noexcept { return address_space_; }
    u64 resident() const noexcept { return resident_; }

  private:
    ProcessStatus() noexcept = default;

    Pid id_{0};
    Pid parent_{0};
    Pid group_{0};
    Pid session_{0};
    std::array<char, 64> name_{};
    u8 name_size_ = 0;
    ProcessState state_{};
    int niceness_ = 0;
    Duration user_time_{};
    Duration system_time_{};
    Duration started_{};
    u64 threads_ = 0;
    u64 address_space_ = 0;
    u64 resident_ = 0;
};

}  // namespace wali
