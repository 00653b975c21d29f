// SPDX-License-Identifier: BSL-1.0
#pragma once

// Of Boost.Outcome what `result` is made of. Not <boost/outcome/result.hpp>: that brings in exceptions and
// std::error_code, which cost a second of compile time and make result<int> three times as large.
//
// Outcome's policies that throw do it by this macro, which a program may define. The default is boost::throw_exception,
// whose header includes <string> and <cstdio>; we use no such policy, and who does gets the exception itself, without
// what boost::throw_exception adds, unless a header of Boost came first. A program that uses both Boost's own results
// and ours has to define the macro itself, for all of its files, so that they agree (docs/guide/using.md).
#if !defined(BOOST_OUTCOME_THROW_EXCEPTION)
#if defined(__cpp_exceptions)
#define BOOST_OUTCOME_THROW_EXCEPTION(expression) throw expression
#else
#define BOOST_OUTCOME_THROW_EXCEPTION(expression) __builtin_trap()
#endif
#endif

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/base.hpp>
