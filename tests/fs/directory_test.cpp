// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <support/temporary_directory.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/directory_entries.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/process/prctl.hpp>
#include <wali/security/seccomp.hpp>

using wali::Directory;
using wali::Errno;
using wali::File;
using wali::FileType;
using wali::OpenFlags;

namespace {

/// "tree" with a file and a directory, and beside it a file that is out of reach.
struct Fixture {
    Fixture() {
        REQUIRE(wali::fs::make_directory(dir.path("tree")));
        REQUIRE(wali::fs::make_directory(dir.path("tree/d")));
        REQUIRE(wali::fs::write_file(dir.path("tree/f"), "file"));
        REQUIRE(wali::fs::write_file(dir.path("tree/d/g"), "inner"));
        REQUIRE(wali::fs::write_file(dir.path("secret"), "secret"));
        tree = Directory::open(dir.path("tree")).value();
    }

    test::TemporaryDirectory dir;
    Directory tree;
};

std::string text_of(const File& file) {
    std::string text;
    REQUIRE(file.read_to_end(text, 100));
    return text;
}

std::set<std::string> names_in(const Directory& directory, wali::MutableBytes buffer) {
    std::set<std::string> names;
    wali::DirectoryEntries entries = directory.entries(buffer);
    while (const wali::DirectoryEntry* entry = entries.next().value()) {
        CHECK(names.insert(std::string(entry->name)).second);
        CHECK(entry->inode != 0);
    }
    return names;
}

}  // namespace

TEST_CASE("a Directory opens what is below it") {
    const Fixture fixture;
    const Directory& tree = fixture.tree;
    CHECK(text_of(tree.open_file("f").value()) == "file");
    CHECK(text_of(tree.open_file("d/g").value()) == "inner");
    CHECK(text_of(tree.open_file("d/../f").value()) == "file");
    CHECK(text_of(tree.open_directory("d").value().open_file("g").value()) == "inner");
    REQUIRE(tree.create_file("d/new").value().write_all("new"));
    CHECK(text_of(tree.open_file("d/new").value()) == "new");
    CHECK(tree.open_file("d/new", {.flags = OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL}).error() ==
          wali::Error(Errno::EXIST, wali::Call::openat2));
    CHECK(tree.open_directory("f").error() == Errno::NOTDIR);
    CHECK(tree.open_file("").error() == Errno::NOENT);
    REQUIRE(tree.symlink("d/g", "inner"));
    CHECK(text_of(tree.open_file("inner").value()) == "inner");
    CHECK(tree.open_file("inner", {.resolve = wali::ResolveFlags::NO_SYMLINKS}).error() == Errno::LOOP);
    CHECK(text_of(tree.open_file("/../f", {.resolve = wali::ResolveFlags::IN_ROOT}).value()) == "file");
    CHECK(tree.own_status().value().type() == FileType::DIRECTORY);
    CHECK(tree.sync());
}

TEST_CASE("nothing leads out of a Directory") {
    const Fixture fixture;
    const Directory& tree = fixture.tree;
    REQUIRE(wali::fs::make_directory(fixture.dir.path("outside")));
    REQUIRE(tree.symlink("../secret", "link"));
    REQUIRE(tree.symlink("../outside", "away"));
    REQUIRE(tree.symlink("/", "root"));
    REQUIRE(tree.symlink("away", "again"));
    for (const char* path :
         {"..", "../secret", "d/../../secret", "link", "away/x", "root/etc", "/etc/hostname", "again/x"}) {
        CAPTURE(path);
        CHECK(tree.open_file(path).error() == Errno::XDEV);
        for (const wali::ResolveFlags limit : {wali::ResolveFlags{}, wali::ResolveFlags::NO_MAGICLINKS})
            CHECK(tree.open_file(path, {.resolve = limit}).error() == Errno::XDEV);
        CHECK(tree.open_file(path, {.flags = OpenFlags::WRONLY | OpenFlags::CREAT}).error() == Errno::XDEV);
        CHECK(tree.status(path).error() == Errno::XDEV);
    }
    for (const char* path : {"..", "../", "../x", "away/x", "again/x", "root/x", "/x", "d/../../x", "d/.."}) {
        CAPTURE(path);
        CHECK(tree.make_directory(path).error() == Errno::XDEV);
        CHECK(tree.remove(path).error() == Errno::XDEV);
        CHECK(tree.remove_directory(path).error() == Errno::XDEV);
        CHECK(tree.remove_tree(path).error() == Errno::XDEV);
        CHECK(tree.symlink("x", path).error() == Errno::XDEV);
        CHECK(tree.link("f", tree, path).error() == Errno::XDEV);
        CHECK(tree.link(path, tree, "y").error() == Errno::XDEV);
        CHECK(tree.rename("f", tree, path).error() == Errno::XDEV);
        CHECK(tree.rename(path, tree, "y").error() == Errno::XDEV);
        CHECK(tree.link_status(path).error() == Errno::XDEV);
        std::array<char, 8> buffer;
        CHECK(tree.read_link(path, buffer).error() == Errno::XDEV);
    }
    // Of links themselves the names are in the tree; a slash behind one does not make it followed.
    CHECK(tree.link_status("away/").value().type() == FileType::SYMBOLIC_LINK);
    CHECK(tree.make_directory("away/").error() == Errno::EXIST);
    CHECK(tree.remove("away/"));
    CHECK(wali::fs::status(fixture.dir.path("outside")));
    CHECK(wali::fs::read_file<std::string>(fixture.dir.path("secret"), 100).value() == "secret");
}

TEST_CASE("names are made, changed and removed below a Directory") {
    const Fixture fixture;
    const Directory& tree = fixture.tree;
    const Directory d = tree.open_directory("d").value();
    CHECK(tree.make_directory("d/e"));
    CHECK(d.link_status("e").value().permissions() == wali::Permissions::RWXU);
    CHECK(tree.rename("f", d, "e/f"));
    CHECK(tree.status("d/e/f").value().size() == 4);
    CHECK(tree.rename("d/g", tree, "d/e/f", wali::RenameFlags::NOREPLACE).error() == Errno::EXIST);
    CHECK(tree.rename("d/g", tree, "d/e/f", wali::RenameFlags::EXCHANGE));
    CHECK(text_of(tree.open_file("d/g").value()) == "file");
    CHECK(d.link("g", tree, "h"));
    CHECK(tree.status("h").value().links() == 2);
    CHECK(tree.symlink("anywhere", "d/link"));
    std::array<char, 16> buffer;
    CHECK(d.read_link("link", buffer).value() == "anywhere");
    CHECK(tree.link_status("d/link").value().type() == FileType::SYMBOLIC_LINK);
    CHECK(tree.status("d/link").error() == Errno::NOENT);
    CHECK(tree.remove("d").error() == Errno::ISDIR);
    CHECK(tree.remove("h/"));
    CHECK(tree.remove_directory("d").error() == Errno::NOTEMPTY);
    CHECK(tree.remove_tree("d"));
    std::array<std::byte, 1024> space;
    CHECK(names_in(tree, space).empty());
}

TEST_CASE("where openat2 is missing, each component is opened on its own") {
    const Fixture fixture;
    const wali::BorrowedFd tree = fixture.tree;
    REQUIRE(fixture.tree.symlink("d", "link"));
    REQUIRE(fixture.tree.symlink("d/g", "to_file"));
    const auto open = [&](std::string_view path, OpenFlags flags = OpenFlags::RDONLY) {
        return wali::detail::open_by_component(tree, path, flags, File::default_permissions);
    };
    CHECK(text_of(File::from_fd(open("d//g").value())) == "inner");
    CHECK(text_of(File::from_fd(open("./d/./g").value())) == "inner");
    CHECK(open("d/new", OpenFlags::WRONLY | OpenFlags::CREAT));
    CHECK(open("d/"));
    CHECK(open("d/x").error() == Errno::NOENT);
    CHECK(open("f/x").error() == Errno::NOTDIR);
    CHECK(open("f/").error() == Errno::NOTDIR);
    CHECK(open("").error() == Errno::NOENT);
    for (const char* path : {"..", "d/..", "/etc", "d/../f"}) CHECK(open(path).error() == Errno::XDEV);
    for (const char* path : {"link", "link/g", "link/", "to_file"}) {
        CHECK(open(path).error() == Errno::LOOP);
        CHECK(open(path, OpenFlags::PATH).error() == Errno::LOOP);
    }
    const auto itself = File::from_fd(open("to_file", OpenFlags::PATH | OpenFlags::NOFOLLOW).value());
    CHECK(itself.status().value().type() == wali::FileType::SYMBOLIC_LINK);
    CHECK(open("d/g", OpenFlags::PATH));
}

TEST_CASE("a container that refuses openat2 as forbidden does not have it") {
    const Fixture fixture;
    test::in_child([&]() -> wali::result<bool> {
        WALI_TRY(wali::process::set_no_new_privileges());
        const auto rule = wali::SeccompRule::fail(wali::Call::openat2, Errno::PERM);
        WALI_TRY(wali::security::install_seccomp({.rules = {rule}, .otherwise = wali::SeccompAction::allow()}));
        WALI_TRY(const File inner, fixture.tree.open_file("d/g"));
        return text_of(inner) == "inner" && fixture.tree.open_file("d/../f").error() == Errno::XDEV;
    });
}

TEST_CASE("names are read into a buffer of any size and address") {
    const test::TemporaryDirectory dir;
    std::set<std::string> wanted;
    for (int i = 0; i < 100; ++i) {
        const std::string name = "name-" + std::to_string(i) + std::string(static_cast<std::size_t>(i), '.');
        wanted.insert(name);
        REQUIRE(File::create(dir.path(name)));
    }
    const Directory directory = Directory::open(dir.path(".")).value();
    std::array<std::byte, 4097> buffer;
    CHECK(names_in(directory, std::span(buffer).subspan(1)) == wanted);
    wali::DirectoryEntries again = directory.entries(std::span(buffer).subspan(3, 512));
    CHECK(again.next().value() == nullptr);  // the offset is at the end
    CHECK(again.rewind());
    CHECK(names_in(directory, std::span(buffer).subspan(3, 512)) == wanted);
    CHECK(again.rewind());
    CHECK(directory.entries(std::span(buffer).first(8)).next().error() ==
          wali::Error(Errno::INVAL, wali::Call::getdents64));
    const File file = File::create(dir.path("file")).value();
    CHECK(wali::DirectoryEntries(file, buffer).next().error() == Errno::NOTDIR);
}

TEST_CASE("an entry's type is told without a look at the file") {
    const Fixture fixture;
    REQUIRE(fixture.tree.symlink("x", "l"));
    std::array<std::byte, 4096> buffer;
    wali::DirectoryEntries entries = fixture.tree.entries(buffer);
    while (const wali::DirectoryEntry* entry = entries.next().value()) {
        if (entry->type == wali::EntryType::UNKNOWN) continue;  // a file system that does not say
        if (entry->name == "d") CHECK(entry->type == wali::EntryType::DIR);
        if (entry->name == "f") CHECK(entry->type == wali::EntryType::REG);
        if (entry->name == "l") CHECK(entry->type == wali::EntryType::LNK);
    }
}
