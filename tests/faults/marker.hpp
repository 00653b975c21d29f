// SPDX-License-Identifier: BSL-1.0
#pragma once

/// How a scenario tells the injector where it begins and ends: getpriority(which, phase), which the injector answers.
namespace fault_marker {
inline constexpr int which = 0x57414c49;
/// Before the scenario.
inline constexpr int before = 1;
/// Its result is known: what it has is given back now. Nothing fails from here on.
inline constexpr int decided = 2;
/// After it.
inline constexpr int after = 3;
/// Its result is written. The answer is `again` if it shall run once more.
inline constexpr int reported = 4;
inline constexpr int again = 1;
}  // namespace fault_marker
