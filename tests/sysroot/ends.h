// SPDX-License-Identifier: BSL-1.0
// For ends.cpp and its second source: objects that say when they are made and destroyed.
#pragma once

/// Writes a word and a space to where the program reports.
void say(const char* word);

/// What was made before main, in order.
extern char made[256];

struct Named {
    explicit Named(const char* text);
    ~Named();
    const char* name;
};
