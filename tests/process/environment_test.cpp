// SPDX-License-Identifier: BSL-1.0
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wali/process/c_strings.hpp>
#include <wali/process/environment.hpp>

using wali::CStrings;
using wali::Environment;
using wali::Errno;

TEST_CASE("a list of C strings keeps copies, and ends in a null pointer") {
    CHECK(CStrings().c_strs()[0] == nullptr);
    CStrings list{"a", std::string("b"), std::string_view("cd").substr(0, 1)};
    for (int i = 0; i < 100; ++i) list.add(std::to_string(i));
    CHECK(list.size() == 103);
    CHECK(list[2] == "c");
    CHECK(list[102] == "99");
    CHECK(std::string_view(list.c_strs()[102]) == "99");
    CHECK(list.c_strs()[103] == nullptr);
    CHECK(list.replace(1, "new").remove(0).size() == 102);
    CHECK(list[0] == "99");
    CHECK(list[1] == "new");
    CHECK(list.c_strs()[102] == nullptr);
    CHECK(list.error());

    const std::vector<std::string> texts{"x", "y"};
    CStrings other = texts;
    CHECK(other.size() == 2);
    list = std::move(other);
    CHECK(list.size() == 2);
    const CStrings moved = std::move(list);
    CHECK(moved[1] == "y");
}

TEST_CASE("a text with a NUL inside is an error of the list, which is as it was") {
    CStrings list{"a"};
    CHECK(list.add(std::string_view("b\0c", 3)).size() == 1);
    CHECK(list.error().error() == Errno::INVAL);
    CHECK(list.add("d").size() == 2);
    CHECK(list.error().error() == Errno::INVAL);
}

TEST_CASE("an environment has each variable once") {
    Environment environment;
    environment.set("NAME", "value").set("NAME2", "").set("NAME", "other");
    CHECK(environment.strings().size() == 2);
    CHECK(environment.find("NAME") == "other");
    CHECK(environment.find("NAME2") == "");
    CHECK_FALSE(environment.find("NAM"));
    CHECK(environment.remove("NAME").strings().size() == 1);
    CHECK_FALSE(environment.find("NAME"));
    CHECK(environment.remove("NAME").error());
    CHECK(environment.set("A=B", "").error().error() == Errno::INVAL);
    CHECK(Environment().set("", "").error().error() == Errno::INVAL);
}

TEST_CASE("a variable that this process has twice is in a copy once") {
    std::string first = "TWICE=1";
    std::string second = "TWICE=2";
    std::string odd = "without a value";
    std::array<char*, 4> variables{first.data(), odd.data(), second.data(), nullptr};
    char** const before = std::exchange(environ, variables.data());
    Environment environment = Environment::current();
    environ = before;
    CHECK(environment.strings().size() == 2);
    CHECK(environment.find("TWICE") == "1");
    CHECK_FALSE(environment.remove("TWICE").find("TWICE"));
    CHECK(environment.strings()[0] == odd);
}

TEST_CASE("variables of this process are read, set and removed") {
    CHECK(wali::process::set_variable("WALI_TEST_VARIABLE", "value"));
    CHECK(wali::process::variable("WALI_TEST_VARIABLE") == "value");
    CHECK(Environment::current().find("WALI_TEST_VARIABLE") == "value");
    CHECK(wali::process::remove_variable("WALI_TEST_VARIABLE"));
    CHECK_FALSE(wali::process::variable("WALI_TEST_VARIABLE"));
    CHECK(wali::process::set_variable("A=B", "").error() == Errno::INVAL);
    CHECK(wali::process::remove_variable("").error() == Errno::INVAL);
}
