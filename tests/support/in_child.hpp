// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>

#include <doctest/doctest.h>

#include <wali/core/wait_status.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/process.hpp>
#include <wali/process/wait.hpp>
#include <wali/system/id_map.hpp>
#include <wali/system/namespace.hpp>
#include <wali/try.hpp>

namespace test {

/// The exit code of a child for what this system does not allow.
inline constexpr int not_allowed = 77;

/// Calls `function`, which returns a result<bool>, in a forked child, so that what it changes ends with that; returns
/// the child's exit code, which is 0 for true, or else 1 with the error on standard error.
template <class Function>
int exit_code_in_child(Function function) {
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        const wali::result<bool> outcome = function();
        if (outcome.has_error()) {
            wali::Error::Text text;
            const std::string_view error = outcome.error().format(text);
            std::fprintf(stderr, "in the child: %.*s\n", static_cast<int>(error.size()), error.data());
        }
        wali::process::exit(outcome.has_value() && outcome.value() ? 0 : 1);
    }
    const auto ended = wali::retry_interrupted([&] { return wali::process::wait(child); });
    return ended.value().status.exit_code().value_or(-1);
}

template <class Function>
void in_child(Function function) {
    CHECK(exit_code_in_child(function) == 0);
}

/// The same as root of a user namespace of the child's own, in which it has new namespaces of `kinds`. Says so where
/// the system allows nobody to make some.
template <class Function>
void in_own_namespaces(wali::Namespaces kinds, Function function) {
    const int code = exit_code_in_child([&]() -> wali::result<bool> {
        const wali::u32 user = wali::process::effective_user_id().raw();
        const wali::u32 group = wali::process::effective_group_id().raw();
        const auto made = wali::system::unshare(wali::Namespaces::USER | kinds);
        if (made.has_error() && (made.error() == wali::Errno::PERM || made.error() == wali::Errno::NOSPC))
            wali::process::exit(not_allowed);
        WALI_TRY(made);
        WALI_TRY(wali::system::deny_set_groups(wali::Pid(0)));
        const wali::IdRange users[] = {{0, user, 1}};
        const wali::IdRange groups[] = {{0, group, 1}};
        WALI_TRY(wali::system::map_users(wali::Pid(0), users));
        WALI_TRY(wali::system::map_groups(wali::Pid(0), groups));
        return function();
    });
    if (code == not_allowed)
        MESSAGE("no user namespaces are allowed here: the case was not run");
    else
        CHECK(code == 0);
}

}  // namespace test
