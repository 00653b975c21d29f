// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string_view>

#include <wali/core/result.hpp>
#include <wali/process/c_strings.hpp>

WALI_EXPORT namespace wali {
/// An environment: variables by name, see environ(7). What a child shall get, not what this process has; it allocates
/// and has errors as CStrings.
class Environment {
  public:
    /// Without any variable.
    Environment() noexcept = default;
    /// A copy of this process's, of which each variable is there once. No other thread may change the environment
    /// meanwhile.
    static Environment current() noexcept;

    /// The value of a variable; nothing if there is none.
    std::optional<std::string_view> find(std::string_view name) const noexcept WALI_LIFETIMEBOUND;
    /// Gives a variable its value. A name that is empty or has '=' inside is INVAL in error().
    Environment& set(std::string_view name, std::string_view value) noexcept;
    /// Takes a variable out.
    Environment& remove(std::string_view name) noexcept;

    /// "NAME=VALUE" each, in no order.
    const CStrings& strings() const noexcept WALI_LIFETIMEBOUND { return strings_; }
    /// What went wrong in set(), if something did.
    result<void> error() const noexcept {
        if (error_ != Errno{}) return error_;
        return strings_.error();
    }

  private:
    usize index_of(std::string_view name) const noexcept;

    CStrings strings_;
    Errno error_{};
};
}  // namespace wali

/// The environment of this process, through the C library, whose it is: what changes it must run alone, before threads
/// start. A child's is an Environment of its own.
WALI_EXPORT namespace wali::process {
/// getenv(3): the value, which is valid until the variable changes; nothing if there is none.
std::optional<std::string_view> variable(const char* name) noexcept;
/// setenv(3), which allocates. Errors: INVAL (an empty name, '=' inside), NOMEM.
result<void> set_variable(const char* name, const char* value) noexcept;
/// unsetenv(3). Errors: INVAL.
result<void> remove_variable(const char* name) noexcept;

}  // namespace wali::process
