// SPDX-License-Identifier: BSL-1.0
// One line to standard output, with nothing but the framework.
import wali;

int main() {
    return wali::write_all(wali::standard_output(), "hello from C++20 modules on Linux system calls\n") ? 0 : 1;
}
