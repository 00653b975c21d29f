// SPDX-License-Identifier: BSL-1.0
// tree FROM TO: copies what is below the folder FROM into TO, which is made if it is missing.
#include <kj/debug.h>
#include <kj/filesystem.h>
#include <stdio.h>

namespace {

void copy_tree(const char* from, const char* to) {
    const auto filesystem = kj::newDiskFilesystem();
    const auto& root = filesystem->getRoot();
    const kj::Path here = filesystem->getCurrentPath().clone();
    const auto source = root.openSubdir(here.evalNative(from), kj::WriteMode::MODIFY);
    const auto target = root.openSubdir(here.evalNative(to), kj::WriteMode::CREATE | kj::WriteMode::MODIFY);
    for (const kj::String& name : source->listNames()) {
        const kj::Path path(kj::heapString(name));
        target->transfer(path, kj::WriteMode::CREATE, *source, path, kj::TransferMode::COPY);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fputs("usage: tree FROM TO\n", stderr);
        return 2;
    }
    KJ_IF_MAYBE (error, kj::runCatchingExceptions([&] { copy_tree(argv[1], argv[2]); })) {
        fprintf(stderr, "tree: %s\n", error->getDescription().cStr());
        return 1;
    }
    return 0;
}
