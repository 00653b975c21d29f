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
/// The enclosing function returns a `result`. The expression is evaluated once. Each form is one statement, so an `if`
/// around it needs no braces. A macro argument ends at a comma, so write a declaration such as `std::pair<int, int> p`
/// with an alias or with `auto`, and take a pair apart in a second statement: `auto& [first, second] = pair;`.
#define WALI_TRY(...) \
    WALI_DETAIL_PICK(__VA_ARGS__, VALUE, VALUE, VALUE, VALUE, VALUE, VALUE, VALUE, VOID, )(__VA_ARGS__)

/// The same as an expression: `return WALI_TRY_VALUE(first()) + WALI_TRY_VALUE(second());`. What else the statement has
/// begun to evaluate when the error is passed up is not undone by older compilers: keep it to simple values there.
#define WALI_TRY_VALUE(...)                                               \
    __extension__({                                                       \
        WALI_DETAIL_TRY_RESULT(__VA_ARGS__)                               \
        if (wali_result.has_error()) [[unlikely]]                         \
            return wali_result.assume_error();                            \
        static_cast<decltype(wali_result)&&>(wali_result).assume_value(); \
    })

#define WALI_DETAIL_PICK(a, b, c, d, e, f, g, h, kind, ...) WALI_DETAIL_TRY_##kind

#define WALI_DETAIL_TRY_VOID(expression)          \
    do {                                          \
        WALI_DETAIL_TRY_RESULT(expression)        \
        if (wali_result.has_error()) [[unlikely]] \
            return wali_result.assume_error();    \
    } while (false)

#define WALI_DETAIL_TRY_VALUE(declaration, ...) declaration = WALI_TRY_VALUE(__VA_ARGS__)

// One of these in the expression of another hides that one's variable, which does no harm. -Wshadow would tell of it,
// and cannot be told to look at the rest of the expression.
#define WALI_DETAIL_TRY_RESULT(...)                                                                                   \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"") auto&& wali_result = (__VA_ARGS__); \
    _Pragma("GCC diagnostic pop")
