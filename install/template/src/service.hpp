#pragma once

#include <string>
#include <string_view>

import wali;

/// What the service answers to a line.
std::string answer_to(std::string_view line);

/// Reads what the client sends at once, answers it, and ends. Gives up after ten seconds without anything.
wali::result<void> serve(const wali::Socket& client);
