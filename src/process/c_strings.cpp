// SPDX-License-Identifier: BSL-1.0
#include <wali/process/c_strings.hpp>

#include <cstdlib>
#include <cstring>

namespace wali {

CStrings::~CStrings() {
    for (usize i = 0; i < size_; ++i) std::free(strings_[i]);
    std::free(strings_);
}

char* CStrings::copy(std::string_view text) noexcept {
    if (!text.empty() && std::memchr(text.data(), '\0', text.size()) != nullptr) {
        error_ = Errno::INVAL;
        return nullptr;
    }
    const auto string = static_cast<char*>(std::malloc(text.size() + 1));
    if (string == nullptr) {
        error_ = Errno::NOMEM;
        return nullptr;
    }
    if (!text.empty()) std::memcpy(string, text.data(), text.size());
    string[text.size()] = '\0';
    return string;
}

CStrings& CStrings::add(std::string_view text) noexcept {
    if (size_ + 1 >= capacity_) {  // one more for the pointer that ends the list
        const usize capacity = capacity_ == 0 ? 8 : 2 * capacity_;
        const auto strings = static_cast<char**>(std::realloc(strings_, capacity * sizeof(char*)));
        if (strings == nullptr) {
            error_ = Errno::NOMEM;
            return *this;
        }
        strings_ = strings;
        capacity_ = capacity;
        strings_[size_] = nullptr;
    }
    if (char* const string = copy(text)) {
        strings_[size_++] = string;
        strings_[size_] = nullptr;
    }
    return *this;
}

CStrings& CStrings::replace(usize index, std::string_view text) noexcept {
    if (char* const string = copy(text)) {
        std::free(strings_[index]);
        strings_[index] = string;
    }
    return *this;
}

CStrings& CStrings::remove(usize index) noexcept {
    std::free(strings_[index]);
    strings_[index] = strings_[--size_];
    strings_[size_] = nullptr;
    return *this;
}

}  // namespace wali
