// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali::test {

/// A listening TCP socket on a free port of 127.0.0.1.
class Listener {
  public:
    Listener();
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    int port() const { return port_; }

  private:
    int fd_;
    int port_;
};

}  // namespace wali::test
