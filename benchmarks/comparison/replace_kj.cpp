// SPDX-License-Identifier: BSL-1.0
// replace FILE: puts its input in the place of what FILE holds, as one step that a crash does not undo.
#include <kj/debug.h>
#include <kj/filesystem.h>
#include <kj/io.h>
#include <stdio.h>
#include <unistd.h>

namespace {

void replace(const char* text) {
    const auto filesystem = kj::newDiskFilesystem();
    const kj::Path path = filesystem->getCurrentPath().evalNative(text);
    const auto folder = filesystem->getRoot().openSubdir(path.parent(), kj::WriteMode::MODIFY);
    auto file = folder->replaceFile(path.basename(), kj::WriteMode::CREATE | kj::WriteMode::MODIFY);
    kj::FdInputStream input(STDIN_FILENO);
    kj::byte buffer[32768];
    for (uint64_t size = 0;;) {
        const size_t count = input.tryRead(buffer, 1, sizeof buffer);
        if (count == 0) break;
        file->get().write(size, kj::arrayPtr(buffer, count));
        size += count;
    }
    file->get().sync();
    file->commit();
    folder->sync();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fputs("usage: replace FILE\n", stderr);
        return 2;
    }
    KJ_IF_MAYBE (error, kj::runCatchingExceptions([&] { replace(argv[1]); })) {
        fprintf(stderr, "replace: %s\n", error->getDescription().cStr());
        return 1;
    }
    return 0;
}
