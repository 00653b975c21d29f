// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <limits>

#include <examples/httpd/http_date.hpp>

using httpd::HttpDate;
using std::chrono::seconds;

TEST_CASE("dates are written as HTTP wants them") {
    CHECK(HttpDate(seconds(0)).text() == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(HttpDate(seconds(784111777)).text() == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(HttpDate(seconds(951782399)).text() == "Mon, 28 Feb 2000 23:59:59 GMT");
    CHECK(HttpDate(seconds(951782400)).text() == "Tue, 29 Feb 2000 00:00:00 GMT");
    CHECK(HttpDate(seconds(4102444800)).text() == "Fri, 01 Jan 2100 00:00:00 GMT");
    CHECK(HttpDate(seconds(-1)).text() == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("times that a file system can hold and the format cannot are cut off") {
    CHECK(HttpDate(seconds(253402300799)).text() == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(HttpDate(seconds(std::numeric_limits<long long>::max())).text() == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(HttpDate(seconds(std::numeric_limits<long long>::min())).text() == "Sat, 01 Jan 0000 00:00:00 GMT");
}
