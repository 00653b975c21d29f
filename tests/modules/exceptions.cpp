// SPDX-License-Identifier: BSL-1.0
// A program that throws and catches, on a framework that was built with exceptions too.
import wali;

#include <cstdio>
#include <string>
#include <system_error>

namespace {

wali::u64 size_of(const std::string& path) {
    const auto file = wali::File::open(path);
    if (!file) throw std::system_error(wali::to_error_code(file.error()), path);
    return file.value().size().value();
}

}  // namespace

int main() {
    if (size_of("/dev/null") != 0) return 1;
    try {
        size_of("/nowhere/at/all");
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::no_such_file_or_directory) return std::puts("caught") < 0;
    }
    return 1;
}
