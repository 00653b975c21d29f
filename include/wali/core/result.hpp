// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>
#include <utility>

#include <wali/core/error.hpp>
#include <wali/core/outcome.hpp>

WALI_EXPORT namespace wali {
namespace detail {
[[noreturn, gnu::cold]] void no_value(Error error) noexcept;
[[noreturn, gnu::cold]] void no_error() noexcept;
}  // namespace detail

/// What happens when a program asks for the value of an error, or the error of a value: one line on standard error
/// that says so, by write(2), tier spec, and a trap at the place of the mistake. Nothing is thrown.
struct TrapOnWrongAccess : BOOST_OUTCOME_V2_NAMESPACE::policy::base {
    template <class Impl>
    static constexpr void wide_value_check(Impl&& self) noexcept {
        if (!base::_has_value(static_cast<Impl&&>(self))) [[unlikely]]
            detail::no_value(base::_error(static_cast<Impl&&>(self)));
    }
    template <class Impl>
    static constexpr void wide_error_check(Impl&& self) noexcept {
        if (!base::_has_error(static_cast<Impl&&>(self))) [[unlikely]]
            detail::no_error();
    }
    template <class Impl>
    static constexpr void wide_exception_check(Impl&&) noexcept {}
};

/// Either a `T` or an `Error`. Making one allocates nothing, calls nothing and touches no thread-local state.
/// Test it with `if (r)`, take it apart with `r.value()` and `r.error()`, or pass errors up with WALI_TRY
/// (wali/try.hpp). A `result<int>` is 8 bytes, which come back in a register. See Boost.Outcome for the rest.
template <class T>
class [[nodiscard]] result : public BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Error, TrapOnWrongAccess> {
    using Base = BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Error, TrapOnWrongAccess>;

  public:
    using Base::Base;

    /// What the raw layer returned is no value, an error may be in it: to_result() decodes it. Nor does a pointer or a
    /// number mean true.
    template <class U>
        requires(std::is_same_v<std::remove_cvref_t<U>, long> && std::is_integral_v<T> && !std::is_same_v<T, long>) ||
                    (std::is_same_v<T, bool> && std::is_scalar_v<std::decay_t<U>> && !std::is_enum_v<std::decay_t<U>> &&
                     !std::is_same_v<std::remove_cvref_t<U>, bool>)
    result(U&& raw) = delete;

    /// Whether it holds a value. A result<bool> has two answers: say has_value() or value() there.
    constexpr explicit operator bool() const noexcept
        requires(!std::is_same_v<T, bool>)
    {
        return this->has_value();
    }
    constexpr explicit operator bool() const noexcept
        requires(std::is_same_v<T, bool>)
    = delete;

    /// The error; of a value, what TrapOnWrongAccess says.
    constexpr Error error() const noexcept { return Base::error(); }

    /// The value; of an error, what TrapOnWrongAccess says.
    constexpr decltype(auto) value() & noexcept WALI_LIFETIMEBOUND { return Base::value(); }
    constexpr decltype(auto) value() const& noexcept WALI_LIFETIMEBOUND { return Base::value(); }
    constexpr decltype(auto) value() && noexcept WALI_LIFETIMEBOUND { return static_cast<Base&&>(*this).value(); }

    /// The value, or `other` for an error.
    template <class U>
        requires(!std::is_void_v<T>)
    constexpr T value_or(U&& other) const& noexcept {
        return this->has_value() ? this->assume_value() : static_cast<T>(static_cast<U&&>(other));
    }
    template <class U>
        requires(!std::is_void_v<T>)
    constexpr T value_or(U&& other) && noexcept {
        return this->has_value() ? std::move(*this).assume_value() : static_cast<T>(static_cast<U&&>(other));
    }

    /// What `function` makes of the value, itself a result; or this error.
    template <class Function>
    constexpr auto and_then(Function&& function) const& {
        return next(*this, static_cast<Function&&>(function));
    }
    template <class Function>
    constexpr auto and_then(Function&& function) && {
        return next(std::move(*this), static_cast<Function&&>(function));
    }

  private:
    template <class Self, class Function>
    static constexpr auto next(Self&& self, Function&& function) {
        if constexpr (std::is_void_v<T>) {
            using Next = decltype(function());
            return self.has_error() ? Next(self.assume_error()) : function();
        } else {
            using Next = decltype(function(static_cast<Self&&>(self).assume_value()));
            return self.has_error() ? Next(self.assume_error()) : function(static_cast<Self&&>(self).assume_value());
        }
    }
};

static_assert(sizeof(result<int>) == 8, "result<int> must fit a register; Boost 1.81 or later gives that");

/// Success of a `result<void>`.
constexpr auto success() noexcept { return BOOST_OUTCOME_V2_NAMESPACE::success(); }

/// What the raw layer returned for `call`, as a `result`: the only place where a raw number becomes an Error.
template <class T>
[[gnu::always_inline]] constexpr result<T> to_result(Call call, long raw) noexcept {
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(call, raw);
    if constexpr (std::is_void_v<T>)
        return success();
    else
        return static_cast<T>(raw);
}

/// Calls `function` until its result is anything but Errno::INTR, and returns that result.
template <class Function>
constexpr auto retry_interrupted(Function&& function) noexcept(noexcept(function())) -> decltype(function()) {
    for (;;) {
        auto outcome = function();
        if (outcome.has_value() || outcome.assume_error() != Errno::INTR) return outcome;
    }
}

}  // namespace wali
