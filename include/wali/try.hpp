// SPDX-License-Identifier: BSL-1.0
#pragma once

// Macros cannot be exported from a module, so they live here: include this file beside `import wali;`. It includes
// nothing.

/// Passes an error up, or goes on with the value:
///
///     WALI_TRY(file.sync());                          // a result whose value is not wanted
///     WALI_TRY(auto file, File::open("a.txt"));       // declares `file`
///     WALI_TRY(size, file.size());                    // assigns to `size`
///
/// The enclosing function returns a `result`. The expression is evaluated once. A macro argument ends at a comma, so
/// write a declaration such as `std::pair<int, int> p` with an alias or with `auto`. The forms with a value are several
/// statements: give an `if` around them its braces.
#define WALI_TRY(...) \
    WALI_DETAIL_PICK(__VA_ARGS__, VALUE, VALUE, VALUE, VALUE, VALUE, VALUE, VALUE, VOID, )(__VA_ARGS__)

#define WALI_DETAIL_PICK(a, b, c, d, e, f, g, h, kind, ...) WALI_DETAIL_TRY_##kind
#define WALI_DETAIL_JOIN_(a, b) a##b
#define WALI_DETAIL_JOIN(a, b) WALI_DETAIL_JOIN_(a, b)

#define WALI_DETAIL_TRY_VOID(expression)                                             \
    do {                                                                             \
        if (auto&& wali_result = (expression); wali_result.has_error()) [[unlikely]] \
            return wali_result.assume_error();                                       \
    } while (false)

#define WALI_DETAIL_TRY_VALUE(declaration, ...) \
    WALI_DETAIL_TRY_NAMED(WALI_DETAIL_JOIN(wali_result_, __LINE__), declaration, __VA_ARGS__)

#define WALI_DETAIL_TRY_NAMED(name, declaration, ...) \
    auto&& name = (__VA_ARGS__);                      \
    if (name.has_error()) [[unlikely]]                \
        return name.assume_error();                   \
    declaration = static_cast<decltype(name)&&>(name).assume_value()
