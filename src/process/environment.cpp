// SPDX-License-Identifier: BSL-1.0
#include <wali/process/environment.hpp>

#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace wali {
namespace {

bool is_named(std::string_view variable, std::string_view name) noexcept {
    return variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=';
}

}  // namespace

Environment Environment::current() noexcept {
    Environment environment;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        // Of those that are there twice getenv(3) sees the first.
        const std::string_view text = *variable;
        const usize name_size = text.find('=');
        if (name_size == text.npos || !environment.find(text.substr(0, name_size))) environment.strings_.add(text);
    }
    return environment;
}

usize Environment::index_of(std::string_view name) const noexcept {
    usize i = 0;
    while (i < strings_.size() && !is_named(strings_[i], name)) ++i;
    return i;
}

std::optional<std::string_view> Environment::find(std::string_view name) const noexcept {
    const usize index = index_of(name);
    if (index == strings_.size()) return {};
    return strings_[index].substr(name.size() + 1);
}

Environment& Environment::set(std::string_view name, std::string_view value) noexcept {
    if (name.empty() || name.find('=') != name.npos) {
        error_ = Errno::INVAL;
        return *this;
    }
    const usize size = name.size() + 1 + value.size();
    const auto text = static_cast<char*>(std::malloc(size));
    if (text == nullptr) {
        error_ = Errno::NOMEM;
        return *this;
    }
    std::memcpy(text, name.data(), name.size());
    text[name.size()] = '=';
    if (!value.empty()) std::memcpy(text + name.size() + 1, value.data(), value.size());
    const usize index = index_of(name);
    if (index == strings_.size())
        strings_.add({text, size});
    else
        strings_.replace(index, {text, size});
    std::free(text);
    return *this;
}

Environment& Environment::remove(std::string_view name) noexcept {
    const usize index = index_of(name);
    if (index != strings_.size()) strings_.remove(index);
    return *this;
}

}  // namespace wali

namespace wali::process {

std::optional<std::string_view> variable(const char* name) noexcept {
    const char* const value = std::getenv(name);
    if (value == nullptr) return {};
    return value;
}

result<void> set_variable(const char* name, const char* value) noexcept {
    if (::setenv(name, value, 1) != 0) return static_cast<Errno>(errno);
    return success();
}

result<void> remove_variable(const char* name) noexcept {
    if (::unsetenv(name) != 0) return static_cast<Errno>(errno);
    return success();
}

}  // namespace wali::process
