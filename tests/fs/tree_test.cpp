// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/fs/tree_copy.hpp>
#include <wali/fs/tree_removal.hpp>
#include <wali/fs/tree_walk.hpp>

using wali::Directory;
using wali::Errno;
using wali::File;
using wali::TreeCopy;
using wali::TreeWalk;
using wali::Visit;

namespace {

std::string text_at(const std::string& path) { return wali::fs::read_file<std::string>(path, 10 << 20).value(); }

/// A tree of each kind of entry, in the folder "tree".
void make_tree(const test::TemporaryDirectory& dir) {
    for (const char* path : {"tree", "tree/a", "tree/a/b", "tree/empty"})
        REQUIRE(wali::fs::make_directory(dir.path(path)));
    REQUIRE(wali::fs::write_file(dir.path("tree/f"), "file"));
    REQUIRE(wali::fs::write_file(dir.path("tree/a/b/deep"), "deep"));
    REQUIRE(wali::fs::symlink("../elsewhere", dir.path("tree/a/link")));
    REQUIRE(wali::fs::make_fifo(dir.path("tree/pipe"), wali::Permissions{0600}));
}

Directory open(const test::TemporaryDirectory& dir, const char* path) {
    return Directory::open(dir.path(path)).value();
}

/// "path kind" of each entry below a directory.
std::set<std::string> listing(const std::string& path) {
    std::set<std::string> lines;
    TreeWalk walk(Directory::open(path).value());
    while (const wali::TreeEntry* entry = walk.next().value())
        if (entry->visit != Visit::LEAVE)
            lines.insert(std::string(entry->path) + " " + std::to_string(static_cast<int>(entry->type)));
    return lines;
}

int rounds() {
    const char* const wanted = std::getenv("WALI_RACE_ROUNDS");
    return wanted == nullptr ? 60 : std::atoi(wanted);
}

/// A folder that must not change while a tree beside it is worked on.
class Outside {
  public:
    explicit Outside(const test::TemporaryDirectory& dir) : path_(dir.path("outside")) {
        REQUIRE(wali::fs::make_directory(path_));
        REQUIRE(wali::fs::make_directory(path_ + "/d"));
        for (const char* name : {"/0", "/1", "/d/0", "/d/1"}) REQUIRE(wali::fs::write_file(path_ + name, "precious"));
        before_ = listing(path_);
        changed_ = wali::fs::status(path_).value().modified();
    }
    void check_untouched() const {
        CHECK(listing(path_) == before_);
        CHECK(wali::fs::status(path_).value().modified() == changed_);
        for (const char* name : {"/0", "/1", "/d/0", "/d/1"}) CHECK(text_at(path_ + name) == "precious");
    }

  private:
    std::string path_;
    std::set<std::string> before_;
    wali::RealtimeClock::time_point changed_;
};

/// Puts a link to the outside in the place of one directory of the tree after another, and takes it away again, until
/// it is told to stop. The tree may vanish meanwhile.
class Mover {
  public:
    explicit Mover(const std::string& tree) : thread_([this, tree] { run(tree); }) {}
    ~Mover() {
        stop_ = true;
        thread_.join();
    }
    Mover(const Mover&) = delete;
    Mover& operator=(const Mover&) = delete;

  private:
    void run(const std::string& tree) {
        const std::string link = tree + ".link";
        while (!stop_) {
            for (int i = 0; i < 4 && !stop_; ++i) {
                (void)wali::fs::symlink("../outside", link);
                const std::string directory = tree + "/" + std::to_string(i);
                for (int times = 0; times < 2; ++times)
                    (void)wali::fs::rename_at(wali::current_directory(), link, wali::current_directory(), directory,
                                              wali::RenameFlags::EXCHANGE);
            }
        }
        // What was the last in the link's place.
        (void)wali::fs::remove_tree(link);
    }

    std::atomic<bool> stop_{false};
    std::thread thread_;
};

/// A tree whose directories have the names that are outside, too.
void make_raced_tree(const std::string& tree) {
    REQUIRE(wali::fs::make_directory(tree));
    for (int i = 0; i < 4; ++i) {
        const std::string directory = tree + "/" + std::to_string(i);
        REQUIRE(wali::fs::make_directory(directory));
        REQUIRE(wali::fs::make_directory(directory + "/d"));
        for (const char* name : {"/0", "/1", "/d/0", "/d/1"}) REQUIRE(wali::fs::write_file(directory + name, "common"));
    }
}

}  // namespace

TEST_CASE("a walk shows each entry once, directories before and after what is in them") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    std::map<std::string, std::vector<Visit>> visits;
    std::vector<std::string> open_directories;
    TreeWalk walk(open(dir, "tree"));
    while (const wali::TreeEntry* entry = walk.next().value()) {
        const std::string path(entry->path);
        visits[path].push_back(entry->visit);
        if (entry->visit == Visit::LEAVE) {
            REQUIRE_FALSE(open_directories.empty());
            CHECK(open_directories.back() == path);
            open_directories.pop_back();
        }
        CHECK(entry->depth == open_directories.size());
        CHECK(path == (open_directories.empty() ? "" : open_directories.back() + "/") + std::string(entry->name));
        CHECK(wali::fs::status_at(entry->directory, entry->name, wali::AtFlags::SYMLINK_NOFOLLOW));
        if (entry->visit == Visit::ENTER) open_directories.push_back(path);
    }
    CHECK(walk.next().value() == nullptr);
    const std::vector<Visit> once{Visit::ENTRY};
    const std::vector<Visit> both{Visit::ENTER, Visit::LEAVE};
    CHECK(visits == std::map<std::string, std::vector<Visit>>{{"a", both},
                                                              {"a/b", both},
                                                              {"a/b/deep", once},
                                                              {"a/link", once},
                                                              {"empty", both},
                                                              {"f", once},
                                                              {"pipe", once}});
}

TEST_CASE("a walk leaves out what it is told to, and goes on behind what it cannot read") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    std::set<std::string> paths;
    TreeWalk walk(open(dir, "tree"));
    while (const wali::TreeEntry* entry = walk.next().value()) {
        paths.emplace(entry->path);
        CHECK_FALSE((entry->visit == Visit::LEAVE && entry->name == "a"));
        if (entry->visit == Visit::ENTER && entry->name == "a") walk.skip();
    }
    CHECK(paths == std::set<std::string>{"a", "empty", "f", "pipe"});

    TreeWalk moved(open(dir, "tree"));
    moved = std::move(walk);
    CHECK(moved.next().value() == nullptr);
    moved.skip();
    CHECK(moved.next().value() == nullptr);
    const TreeWalk taken(std::move(moved));
    CHECK(moved.next().value() == nullptr);  // NOLINT(bugprone-use-after-move): that is what is tested
    moved.skip();
    REQUIRE(wali::fs::remove_tree(dir.path("tree")));
    TreeWalk broken(Directory::from_fd(File::open("/dev/null").value().into_fd()));
    CHECK(broken.next().error() == wali::Error(Errno::NOTDIR, wali::Call::getdents64));
    CHECK(broken.next().value() == nullptr);
}

TEST_CASE("a tree is removed with all that is in it, and links are not followed") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    const Outside outside(dir);
    REQUIRE(wali::fs::symlink("../outside", dir.path("tree/out")));
    REQUIRE(wali::fs::symlink("tree", dir.path("link")));
    CHECK(wali::fs::remove_tree(dir.path("link")));
    CHECK(wali::fs::status(dir.path("tree/f")));
    CHECK(wali::fs::remove_tree(dir.path("tree")));
    CHECK(wali::fs::status(dir.path("tree")).error() == Errno::NOENT);
    CHECK(wali::fs::remove_tree(dir.path("tree")).error() == wali::Error(Errno::NOENT, wali::Call::unlinkat));
    outside.check_untouched();
}

TEST_CASE("a slash behind a name does not have a link followed, and what has no name is not emptied") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    const Outside outside(dir);
    REQUIRE(wali::fs::symlink("outside", dir.path("link")));
    CHECK(wali::fs::remove_tree(dir.path("link//")));
    CHECK(wali::fs::status_at(wali::current_directory(), dir.path("link"), wali::AtFlags::SYMLINK_NOFOLLOW).error() ==
          Errno::NOENT);
    outside.check_untouched();
    const std::set<std::string> before = listing(dir.path("tree"));
    for (const char* path : {"tree/.", "tree/a/..", "tree/a/../", "tree/./"})
        CHECK(wali::fs::remove_tree(dir.path(path)).error() == Errno::INVAL);
    CHECK(wali::fs::remove_tree("").error() == Errno::NOENT);
    CHECK(open(dir, "tree").remove_tree(".").error() == Errno::INVAL);
    CHECK(listing(dir.path("tree")) == before);
    CHECK(wali::fs::remove_tree(dir.path("tree/")));
    CHECK(wali::fs::status(dir.path("tree")).error() == Errno::NOENT);
}

TEST_CASE("a deep tree is walked and removed") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::make_directory(dir.path("deep")));
    Directory at = open(dir, "deep");
    constexpr std::size_t depth = 200;
    for (std::size_t i = 0; i < depth; ++i) {
        REQUIRE(at.make_directory("a-name-of-some-length"));
        at = at.open_directory("a-name-of-some-length").value();
    }
    REQUIRE(at.create_file("f"));
    CHECK(listing(dir.path("deep")).size() == depth + 1);
    CHECK(wali::fs::remove_tree(dir.path("deep")));
    CHECK(wali::fs::status(dir.path("deep")).error() == Errno::NOENT);
}

TEST_CASE("a tree is copied with what belongs to it") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    const wali::RealtimeClock::time_point time(std::chrono::seconds(1'000'000));
    REQUIRE(wali::fs::set_permissions(dir.path("tree/f"), wali::Permissions{0640}));
    REQUIRE(wali::fs::set_times(dir.path("tree/f"), wali::FileTime::keep(), time));
    REQUIRE(wali::fs::set_permissions(dir.path("tree/a"), wali::Permissions{0500}));
    REQUIRE(wali::fs::set_times(dir.path("tree/a"), wali::FileTime::keep(), time));
    CHECK(wali::fs::copy_tree(dir.path("tree"), dir.path("copy")));
    CHECK(listing(dir.path("copy")) == listing(dir.path("tree")));
    CHECK(text_at(dir.path("copy/a/b/deep")) == "deep");
    std::array<char, 32> buffer;
    CHECK(wali::fs::read_link(dir.path("copy/a/link"), buffer).value() == "../elsewhere");
    for (const char* path : {"f", "a"}) {
        const wali::FileStatus copy = wali::fs::status(dir.path(std::string("copy/") + path)).value();
        const wali::FileStatus original = wali::fs::status(dir.path(std::string("tree/") + path)).value();
        CHECK(copy.permissions() == original.permissions());
        CHECK(copy.modified() == original.modified());
    }
    REQUIRE(wali::fs::set_permissions(dir.path("tree/a"), wali::Permissions{0700}));
    REQUIRE(wali::fs::set_permissions(dir.path("copy/a"), wali::Permissions{0700}));
}

TEST_CASE("what exists is filled or refused, and replaced on request") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    const Outside outside(dir);
    REQUIRE(wali::fs::make_directory(dir.path("copy")));
    REQUIRE(wali::fs::make_directory(dir.path("copy/a")));
    REQUIRE(wali::fs::write_file(dir.path("copy/a/more"), "more"));
    REQUIRE(wali::fs::symlink("../outside/0", dir.path("copy/f")));
    CHECK(wali::fs::copy_tree(dir.path("tree"), dir.path("copy")).error() == Errno::EXIST);
    TreeCopy copy(open(dir, "tree"), open(dir, "copy"), {.replace = true});
    while (copy.step().value()) CHECK(copy.entries() > 0);
    CHECK(copy.bytes() == 8);
    CHECK(copy.entries() == 7);
    CHECK(text_at(dir.path("copy/f")) == "file");
    CHECK(text_at(dir.path("copy/a/more")) == "more");
    // A link is no directory to fill.
    REQUIRE(wali::fs::remove_tree(dir.path("copy/a")));
    REQUIRE(wali::fs::symlink("../outside", dir.path("copy/a")));
    TreeCopy again(open(dir, "tree"), open(dir, "copy"), {.replace = true});
    wali::result<bool> step = again.step();
    while (step.has_value() && step.value()) step = again.step();
    CHECK(step.error() == Errno::NOTDIR);
    CHECK(again.path() == "a");
    outside.check_untouched();
}

TEST_CASE("a copy that was moved from has nothing to do") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    REQUIRE(wali::fs::make_directory(dir.path("copy")));
    TreeCopy copy(open(dir, "tree"), open(dir, "copy"));
    CHECK(copy.step().value());
    const TreeCopy moved = std::move(copy);
    // NOLINTBEGIN(bugprone-use-after-move): what is left
    CHECK_FALSE(copy.step().value());
    CHECK(copy.bytes() == 0);
    CHECK(copy.entries() == 0);
    CHECK(copy.path().empty());
    // NOLINTEND(bugprone-use-after-move)
    CHECK(moved.entries() == 1);
}

TEST_CASE("a directory is not copied into or onto itself") {
    const test::TemporaryDirectory dir;
    make_tree(dir);
    CHECK(wali::fs::copy_tree(dir.path("tree"), dir.path("tree/empty")).error() == Errno::INVAL);
    const std::set<std::string> before = listing(dir.path("tree"));
    TreeCopy copy(open(dir, "tree"), open(dir, "tree"), {.replace = true});
    for (int step = 0; step < 2; ++step) CHECK(copy.step().error() == Errno::INVAL);
    CHECK(listing(dir.path("tree")) == before);
}

TEST_CASE("a copy does not lend rights that its owner did not give") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::make_directory(dir.path("tree")));
    REQUIRE(wali::fs::write_file(dir.path("tree/f"), "program"));
    const wali::FileStatus own = wali::fs::status(dir.path("tree/f")).value();
    constexpr wali::Permissions lending{06711};
    REQUIRE(wali::fs::set_permissions(dir.path("tree/f"), lending));
    REQUIRE(wali::fs::copy_tree(dir.path("tree"), dir.path("same")));
    CHECK(wali::fs::status(dir.path("same/f")).value().permissions() == lending);
    if (!wali::fs::set_owner(dir.path("tree/f"), wali::Uid(own.owner().raw() + 1), own.group())) {
        MESSAGE("only root may give files away");
        return;
    }
    REQUIRE(wali::fs::set_permissions(dir.path("tree/f"), lending));
    REQUIRE(wali::fs::copy_tree(dir.path("tree"), dir.path("other")));
    CHECK(wali::fs::status(dir.path("other/f")).value().owner() == own.owner());
    CHECK(wali::fs::status(dir.path("other/f")).value().permissions() == wali::Permissions{02711});
}

TEST_CASE("large files are copied in pieces, and holes stay holes") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::make_directory(dir.path("tree")));
    {
        const File file = File::create(dir.path("tree/f")).value();
        REQUIRE(file.write_all(std::string(3'000'000, 'x')));
        REQUIRE(file.write_all_at("end", 20'000'000));
        REQUIRE(file.truncate(30'000'000));
    }
    REQUIRE(wali::fs::make_directory(dir.path("copy")));
    TreeCopy copy(open(dir, "tree"), open(dir, "copy"));
    int steps = 0;
    while (copy.step().value()) ++steps;
    CHECK(steps > 4);
    CHECK(copy.bytes() >= 3'000'003);
    const File made = File::open(dir.path("copy/f")).value();
    CHECK(made.size().value() == 30'000'000);
    std::string end(3, '\0');
    REQUIRE(made.read_at(end, 20'000'000).value() == 3);
    CHECK(end == "end");
    CHECK(made.extended_status().value().allocated() <=
          File::open(dir.path("tree/f")).value().extended_status().value().allocated() + (1 << 20));

    const File from = File::open("/proc/self/status").value();
    const File to = File::create(dir.path("status")).value();
    CHECK(wali::fs::copy_contents(from, to).value() > 0);
    CHECK(text_at(dir.path("status")).starts_with("Name:"));
    // This one answers where its data begins: it has none.
    const File setting = File::open("/proc/sys/kernel/ostype").value();
    const File copied = File::create(dir.path("ostype")).value();
    CHECK(wali::fs::copy_contents(setting, copied).value() > 0);
    CHECK(text_at(dir.path("ostype")) == text_at("/proc/sys/kernel/ostype"));
}

TEST_CASE("two removals and one who moves links into the tree touch nothing outside of it") {
    const test::TemporaryDirectory dir;
    const Outside outside(dir);
    const std::string tree = dir.path("tree");
    for (int round = 0; round < rounds(); ++round) {
        make_raced_tree(tree);
        const Mover mover(tree);
        std::array<std::thread, 2> removals;
        for (std::thread& removal : removals)
            removal = std::thread([&] {
                // The other may have removed it all, or the mover may have given it back.
                for (int i = 0; i < 100; ++i)
                    if (const auto removed = wali::fs::remove_tree(tree + "/"); removed.has_error()) return;
            });
        for (std::thread& removal : removals) removal.join();
        CHECK(wali::fs::status(tree).error() == Errno::NOENT);
    }
    outside.check_untouched();
}

TEST_CASE("two copies and one who moves links into both trees touch nothing outside of them") {
    const test::TemporaryDirectory dir;
    const Outside outside(dir);
    const std::string tree = dir.path("tree");
    const std::string copies = dir.path("copies");
    make_raced_tree(tree);
    for (int round = 0; round < rounds(); ++round) {
        make_raced_tree(copies);
        {
            const Mover source_mover(tree);
            const Mover target_mover(copies);
            std::array<std::thread, 2> threads;
            for (std::thread& thread : threads)
                thread = std::thread([&] {
                    TreeCopy copy(Directory::open(tree).value(), Directory::open(copies).value(), {.replace = true});
                    for (wali::result<bool> step = true; step.has_value() && step.value();) step = copy.step();
                });
            for (std::thread& thread : threads) thread.join();
        }
        // Nothing of the outside has come in.
        TreeWalk walk(Directory::open(copies).value());
        while (const wali::TreeEntry* entry = walk.next().value())
            if (entry->type == wali::EntryType::REG)
                CHECK(text_at(copies + "/" + std::string(entry->path)) != "precious");
        REQUIRE(wali::fs::remove_tree(copies));
        outside.check_untouched();
    }
}
