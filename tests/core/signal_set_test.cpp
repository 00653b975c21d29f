// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <wali/core/signal_set.hpp>

using wali::Signal;
using wali::SignalSet;

TEST_CASE("a signal set has the kernel's bits") {
    SignalSet set{Signal::HUP, Signal::TERM};
    CHECK(set.raw()->bits == (wali::u64{1} << 0 | wali::u64{1} << 14));
    CHECK(set.contains(Signal::TERM));
    CHECK_FALSE(set.contains(Signal::INT));
    set.remove(Signal::TERM).add(Signal::INT);
    CHECK(set == SignalSet{Signal::INT, Signal::HUP});
}

TEST_CASE("numbers that are no signals are in no set") {
    SignalSet set;
    set.add(static_cast<Signal>(0)).add(static_cast<Signal>(65)).add(static_cast<Signal>(-1));
    CHECK(set == SignalSet{});
    CHECK(SignalSet::all().contains(static_cast<Signal>(64)));
    CHECK_FALSE(SignalSet::all().contains(static_cast<Signal>(65)));
}
