// SPDX-License-Identifier: BSL-1.0
// tree FROM TO: copies what is below the folder FROM into TO, which is made if it is missing.
#include <cstdio>

import wali;

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: tree FROM TO\n", stderr);
        return 2;
    }
    return wali::exit_status("tree", wali::fs::copy_tree(argv[1], argv[2]));
}
