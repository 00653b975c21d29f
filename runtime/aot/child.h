// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>

namespace wali::aot {

/// A process that does one thing, so that whatever happens there becomes one line here. It leads a process group, which
/// ends with it. If this process is killed, SIGTERM interrupts the other; an interrupt there unwinds as it does here.
class Child {
  public:
    /// What it has of what is open here.
    enum class Descriptors { All, Standard };

    explicit Child(const std::function<void()>& work, Descriptors descriptors = Descriptors::All);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Waits for at most `duration`; false if it still works.
    bool wait_for(std::chrono::milliseconds duration);

    /// After that: its status as waitpid gives it. Throws the Refusal or LimitReached that the work has thrown.
    int status() const;

  private:
    static void run(const std::function<void()>& work, int report);
    void end(int signal);

    pid_t pid_;
    int report_;
    int status_ = 0;
    bool running_ = true;
};

}  // namespace wali::aot
