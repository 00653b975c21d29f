// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <support/temporary_directory.hpp>
#include <wali/fs/atomic_file.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/memory_file.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/fs/temporary_file.hpp>
#include <wali/fs/temporary_name.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/prctl.hpp>
#include <wali/process/process.hpp>
#include <wali/security/seccomp.hpp>
#include <wali/sys/process.hpp>

using wali::AtomicFile;
using wali::Directory;
using wali::Errno;
using wali::File;
using wali::TemporaryFile;

namespace {

std::set<std::string> names_in(const std::string& path) {
    const Directory directory = Directory::open(path).value();
    std::set<std::string> names;
    std::array<std::byte, 1024> buffer;
    wali::DirectoryEntries entries = directory.entries(buffer);
    while (const wali::DirectoryEntry* entry = entries.next().value()) names.insert(std::string(entry->name));
    return names;
}

std::string text_of(const std::string& path) { return wali::fs::read_file<std::string>(path, 1000).value(); }

}  // namespace

TEST_CASE("an AtomicFile shows the old contents until it is committed, then the new") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::write_file(dir.path("a"), "old"));
    AtomicFile file = AtomicFile::create(dir.path("a")).value();
    CHECK(file.write_all("new"));
    CHECK(text_of(dir.path("a")) == "old");
    CHECK(names_in(dir.path(".")).size() == 2);
    CHECK(file.file().set_permissions(wali::Permissions{0640}));
    CHECK(file.commit());
    CHECK(text_of(dir.path("a")) == "new");
    CHECK(wali::fs::status(dir.path("a")).value().permissions() == wali::Permissions{0640});
    CHECK(names_in(dir.path(".")) == std::set<std::string>{"a"});
    CHECK(file.commit().error() == Errno::BADF);
    CHECK(text_of(dir.path("a")) == "new");
}

TEST_CASE("without commit an AtomicFile leaves nothing behind") {
    const test::TemporaryDirectory dir;
    {
        AtomicFile file = AtomicFile::create(dir.path("a")).value();
        CHECK(file.write_all("new"));
        AtomicFile moved = std::move(file);
        CHECK(moved.write_all("er"));
        AtomicFile other = AtomicFile::create(dir.path("b")).value();
        other = std::move(moved);
        CHECK(names_in(dir.path(".")).size() == 1);
    }
    CHECK(names_in(dir.path(".")).empty());
    {
        auto file = std::make_optional(AtomicFile::create(dir.path("a")).value());
        const wali::Pid child = wali::process::fork().value();
        if (child == wali::Pid(0)) {
            file.reset();
            wali::process::exit(0);
        }
        int status = -1;
        REQUIRE(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
        CHECK(file->commit());
    }
    CHECK(names_in(dir.path(".")) == std::set<std::string>{"a"});
}

TEST_CASE("an AtomicFile is committed where the file system knows no fsync of directories") {
    const test::TemporaryDirectory dir;
    test::in_child([&]() -> wali::result<bool> {
        WALI_TRY(wali::process::set_no_new_privileges());
        WALI_TRY(AtomicFile file, AtomicFile::create(dir.path("a")));
        using wali::Call, wali::SeccompRule;
        const auto number = static_cast<unsigned>(file.file().fd().raw());
        const SeccompRule rules[] = {SeccompRule::allow(Call::fsync, wali::security::int_argument(0) == number),
                                     SeccompRule::fail(Call::fsync, Errno::INVAL)};
        WALI_TRY(wali::security::install_seccomp({.rules = rules, .otherwise = wali::SeccompAction::allow()}));
        WALI_TRY(file.write_all("new"));
        WALI_TRY(file.commit());
        WALI_TRY(const std::string text, wali::fs::read_file<std::string>(dir.path("a"), 100));
        return text == "new";
    });
}

TEST_CASE("an AtomicFile replaces a link, and can be told to replace nothing") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::write_file(dir.path("target"), "target"));
    REQUIRE(wali::fs::symlink("target", dir.path("a")));
    const Directory directory = Directory::open(dir.path(".")).value();
    AtomicFile kept = AtomicFile::create_in(directory, "a").value();
    CHECK(kept.commit(wali::RenameFlags::NOREPLACE).error() == wali::Error(Errno::EXIST, wali::Call::renameat2));
    AtomicFile file = AtomicFile::create_in(directory, "a").value();
    CHECK(file.commit());
    CHECK(text_of(dir.path("a")).empty());
    CHECK(text_of(dir.path("target")) == "target");
    AtomicFile exchanged = AtomicFile::create_in(directory, "target").value();
    CHECK(exchanged.write_all("new"));
    CHECK(exchanged.commit(wali::RenameFlags::EXCHANGE));
    exchanged = AtomicFile();
    CHECK(text_of(dir.path("target")) == "new");
    kept = AtomicFile();
    CHECK(names_in(dir.path(".")) == std::set<std::string>{"a", "target"});
    for (const char* name : {"", ".", "..", "b/c"})
        CHECK(AtomicFile::create_in(directory, name).error() == Errno::INVAL);
    CHECK(AtomicFile::create_in(directory, std::string(226, 'x')).error() == Errno::NAMETOOLONG);
    CHECK(AtomicFile::create_in(directory, std::string(225, 'x')));
    CHECK(AtomicFile::create(dir.path("no/a")).error() == Errno::NOENT);
}

TEST_CASE("an AtomicFile refuses a path with a slash at its end, which names a folder") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::write_file(dir.path("file"), "old"));
    for (const char* name : {"file/", "file//", "new/", ".", "./"})
        CHECK(AtomicFile::create(dir.path(name)).error() == Errno::INVAL);
    for (const char* path : {"", "/", "//"}) CHECK(AtomicFile::create(path).error() == Errno::INVAL);
    CHECK(names_in(dir.path(".")) == std::set<std::string>{"file"});
}

TEST_CASE("a TemporaryFile has a name until its end") {
    const test::TemporaryDirectory dir;
    {
        const TemporaryFile file = TemporaryFile::create(dir.path("job.")).value();
        CHECK(file.file().write_all("x"));
        CHECK(file.name().starts_with("job."));
        CHECK(file.name().size() == 16);
        CHECK(file.file().status().value().permissions() == wali::Permissions{0600});
        CHECK(names_in(dir.path(".")) == std::set<std::string>{std::string(file.name())});
        const TemporaryFile other = TemporaryFile::create(dir.path("job.")).value();
        CHECK(other.name() != file.name());
    }
    CHECK(names_in(dir.path(".")).empty());
    {
        TemporaryFile kept = TemporaryFile::create(dir.path("")).value();
        const std::string name(kept.name());
        kept.keep();
        CHECK(kept.name() == name);
        CHECK(kept.rename("d").error() == Errno::NOENT);
        const Directory directory = Directory::open(dir.path(".")).value();
        TemporaryFile renamed = TemporaryFile::create_in(directory, "a").value();
        CHECK(renamed.rename("b"));
        CHECK(renamed.name().empty());
        CHECK(renamed.rename("c").error() == Errno::NOENT);
        CHECK(TemporaryFile::create_in(directory, "a/b").error() == Errno::INVAL);
        CHECK(wali::TemporaryName::create(wali::Fd(), std::string(241, 'a'), {}).error() == Errno::NAMETOOLONG);
    }
    CHECK(names_in(dir.path(".")).size() == 2);
    CHECK(names_in(dir.path(".")).contains("b"));
}

TEST_CASE("a TemporaryFile is made in a directory that may be written to, but not listed") {
    const test::TemporaryDirectory dir;
    const std::string box = dir.path("box");
    REQUIRE(wali::fs::make_directory(box));
    REQUIRE(wali::fs::set_permissions(dir.path("."), wali::Permissions{0711}));
    REQUIRE(wali::fs::set_permissions(box, wali::Permissions{0333}));
    test::in_child([&]() -> wali::result<bool> {
        if (wali::process::effective_user_id() == wali::Uid(0))
            WALI_TRY(wali::process::become(wali::Uid(65534), wali::Gid(65534)));
        if (Directory::open(box).error() != Errno::ACCES) return false;
        // Whose end waits for the directory.
        if (AtomicFile::create(box + "/a").error() != Errno::ACCES) return false;
        WALI_TRY(TemporaryFile::create(box + "/job."));
        WALI_TRY(TemporaryFile file, TemporaryFile::create(box + "/job."));
        WALI_TRY(file.rename("named"));
        return wali::fs::status(box + "/named").has_value();
    });
    REQUIRE(wali::fs::set_permissions(box, wali::Permissions{0700}));
    CHECK(names_in(box) == std::set<std::string>{"named"});
}

TEST_CASE("a file without a name gets one when it is whole") {
    const test::TemporaryDirectory dir;
    const auto file = wali::fs::open_unnamed(dir.path("."));
    if (!file) {  // a file system that cannot
        CHECK(file.error() == Errno::OPNOTSUPP);
        return;
    }
    CHECK(file.value().write_all("whole"));
    CHECK(names_in(dir.path(".")).empty());
    CHECK(wali::fs::link_into(file.value(), dir.path("a")));
    CHECK(text_of(dir.path("a")) == "whole");
    CHECK(wali::fs::link_into(file.value(), dir.path("a")).error() == wali::Error(Errno::EXIST, wali::Call::linkat));
    CHECK(wali::fs::link_into(File(), dir.path("c")).error() == wali::Error(Errno::BADF, wali::Call::linkat));
    const Directory directory = Directory::open(dir.path(".")).value();
    CHECK(wali::fs::link_into(file.value(), directory, "b"));
    CHECK(file.value().status().value().links() == 2);
}

TEST_CASE("a file in memory is sealed") {
    using wali::Seals;
    const File file = wali::fs::create_memory_file("table").value();
    CHECK(file.write_all("abc"));
    CHECK(wali::fs::seals(file).value() == Seals{});
    CHECK(wali::fs::add_seals(file, Seals::WRITE | Seals::SHRINK));
    CHECK(wali::fs::seals(file).value() == (Seals::WRITE | Seals::SHRINK));
    CHECK(file.write_at("x", 0).error() == Errno::PERM);
    CHECK(file.truncate(1).error() == Errno::PERM);
    CHECK(file.truncate(10));
    CHECK(wali::fs::add_seals(file, Seals::SEAL | Seals::GROW));
    CHECK(wali::fs::add_seals(file, Seals::FUTURE_WRITE).error() == wali::Error(Errno::PERM, wali::Call::fcntl));
    const File never = wali::fs::create_memory_file("open", wali::MemfdFlags{}).value();
    CHECK(wali::fs::add_seals(never, Seals::WRITE).error() == Errno::PERM);
    CHECK(wali::fs::create_memory_file(std::string(300, 'x')).error() ==
          wali::Error(Errno::INVAL, wali::Call::memfd_create));
}
