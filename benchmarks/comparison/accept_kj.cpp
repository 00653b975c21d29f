// SPDX-License-Identifier: BSL-1.0
// accept MILLISECONDS: listens on a port that the kernel chooses and prints it, and greets the first visitor if one
// comes in time.
#include <kj/async-io.h>
#include <kj/debug.h>
#include <stdio.h>
#include <stdlib.h>

namespace {

void greet(kj::Duration timeout) {
    auto io = kj::setupAsyncIo();
    auto address = io.provider->getNetwork().parseAddress("127.0.0.1:0").wait(io.waitScope);
    auto listener = address->listen();
    printf("%u\n", listener->getPort());
    fflush(stdout);
    auto visitor = io.provider->getTimer().timeoutAfter(timeout, listener->accept()).wait(io.waitScope);
    visitor->write("hello\n", 6).wait(io.waitScope);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fputs("usage: accept MILLISECONDS\n", stderr);
        return 2;
    }
    KJ_IF_MAYBE (error, kj::runCatchingExceptions([&] { greet(atoi(argv[1]) * kj::MILLISECONDS); })) {
        fprintf(stderr, "accept: %s\n", error->getDescription().cStr());
        return 1;
    }
    return 0;
}
