// SPDX-License-Identifier: BSL-1.0
// Random sets of rules: what they do not allow never succeeds, and what they allow does.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <random>

#include "probe.h"

using namespace wali::test;

namespace {

enum Rights { none = 0, reads = 1, writes = 2 };

/// Folders in one another, each with a file.
constexpr const char* folders[] = {"a", "a/b", "a/b/c", "d", "d/e"};

bool is_in(const std::string& path, const std::string& folder) {
    return path == folder || path.compare(0, folder.size() + 1, folder + "/") == 0;
}

/// A set of rules, and what it means.
struct RandomPolicy {
    RandomPolicy(const std::string& top, unsigned seed) : top_(top), random_(seed) {
        for (const std::string folder : folders) {
            if (chance(2)) continue;
            const bool write = chance(2);
            rights_[folder] = write ? reads | writes : reads;
            add((write ? "fs:rw:" : "fs:ro:") + top + "/" + folder);
        }
        executes = add_sometimes("exec:" + std::string(WALI_NATIVE_PROGRAM));
        listens = add_sometimes("net:listen:0");
        connects = add_sometimes("net:connect:0");
        signals = add_sometimes("signal:children");
        sets_time = add_sometimes("time");
        if (rules_.empty()) rules_ = "none";
    }

    int rights(const std::string& path) const {
        int all = none;
        for (const auto& [folder, rights] : rights_)
            if (is_in(path, folder)) all |= rights;
        return all;
    }

    std::vector<Attempt> attempts() const {
        std::vector<Attempt> result;
        for (const std::string folder : folders) {
            const std::string path = top_ + "/" + folder;
            const int has = rights(folder);
            const long read = has & reads ? succeeds : -EACCES;
            const long write = has & writes ? succeeds : -EACCES;
            result.push_back({{"open", path + "/f", std::to_string(O_RDONLY), "0"}, read});
            result.push_back({{"open", path + "/f", std::to_string(O_WRONLY), "0"}, write});
            result.push_back({{"open", path, std::to_string(O_DIRECTORY), "0"}, read});
            result.push_back({{"open", path + "/new", std::to_string(O_WRONLY | O_CREAT), "0600"}, write});
            result.push_back({{"mkdir", path + "/folder", "0700"}, write});
            for (const std::string other : folders) {
                const bool moves = (has & writes) && (rights(other) & writes);
                // Between folders Landlock also asks that no right is gained: EXDEV then.
                result.push_back({{"link", path + "/f", top_ + "/" + other + "/g"},
                                  moves && gains_none(folder, other) ? any : fails});
            }
            result.push_back({{"unlink", path + "/g"}, has & writes ? any : fails});
            result.push_back({{"unlink", path + "/new"}, has & writes ? 0 : fails});
            result.push_back({{"rmdir", path + "/folder"}, has & writes ? 0 : fails});
            result.push_back({{"execve", path + "/f", "args", "0"}, -EACCES});
        }
        result.push_back({{"socket", "2", "1", "0"}, listens || connects ? succeeds : -EACCES});
        result.push_back({{"bind", "%" + std::to_string(result.size() - 1), "in:0", "16"}, listens ? 0 : -EACCES});
        result.push_back({{"connect", "0", "in:1", "16"}, connects ? -ENOTSOCK : -EACCES});
        result.push_back({{"kill", "1", "0"}, -EPERM});
        result.push_back({{"fork"}, succeeds});
        result.push_back({{"kill", "%" + std::to_string(result.size() - 1), "0"}, signals ? 0 : -EPERM});
        result.push_back({{"clock_settime", "0", "=0,0,-1,-1"}, sets_time ? -EINVAL : -EPERM});
        result.push_back({{"io_uring_setup", "4", "&"}, fails});
        result.push_back({{"execve", WALI_NATIVE_PROGRAM, "args:/etc/passwd", "0"}, -EACCES});
        return result;
    }

    const std::string& rules() const { return rules_; }
    bool executes;
    bool listens;
    bool connects;
    bool signals;
    bool sets_time;

  private:
    bool chance(unsigned one_in) { return random_() % one_in == 0; }
    bool add_sometimes(const std::string& rule) {
        const bool added = chance(2);
        if (added) add(rule);
        return added;
    }
    void add(const std::string& rule) { rules_ += (rules_.empty() ? "" : ",") + rule; }
    bool gains_none(const std::string& from, const std::string& to) const { return (rights(to) & ~rights(from)) == 0; }

    std::string top_;
    std::mt19937 random_;
    std::map<std::string, int> rights_;
    std::string rules_;
};

unsigned from_environment(const char* name, unsigned otherwise) {
    const char* text = std::getenv(name);
    return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

}  // namespace

TEST_CASE("random rules") {
    const unsigned first = from_environment("WALI_POLICY_SEED", 1);
    const unsigned count = from_environment("WALI_POLICY_COUNT", 15);
    for_users([&](const Options& user) {
        for (unsigned seed = first; seed < first + count; ++seed) {
            const SharedFolder top;
            CAPTURE(seed);
            for (const std::string folder : folders) {
                REQUIRE(mkdir(top.file(folder).c_str(), 0777) == 0);
                chmod(top.file(folder).c_str(), 0777);
                write_file(top.file(folder + "/f"), "text");
                chmod(top.file(folder + "/f").c_str(), 0777);
            }
            RandomPolicy policy(top.path(), seed);
            CAPTURE(policy.rules());
            const char* const places[] = {"", "in-thread", "in-child"};
            auto attempts = policy.attempts();
            // The last one ends the program if it succeeds: 13, as the program that it executes may read nothing.
            if (policy.executes) attempts.pop_back();
            check_probe(allow(policy.rules()), attempts, places[seed % 3], user);
            if (policy.executes)
                CHECK(run_probe(allow(policy.rules()), {policy.attempts().back()}, "", user).exit_code == EACCES);
        }
    });
}
