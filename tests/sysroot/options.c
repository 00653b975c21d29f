// SPDX-License-Identifier: BSL-1.0
// getopt and getopt_long as programs written for glibc know them.
#define _GNU_SOURCE
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static void options_behind_arguments(void) {
    char* mixed[] = {"p", "x", "-a", "-", "y", "-b", "v", NULL};
    optind = 0;
    CHECK(getopt(7, mixed, "ab:") == 'a');
    CHECK(getopt(7, mixed, "ab:") == 'b' && strcmp(optarg, "v") == 0);
    CHECK(getopt(7, mixed, "ab:") == -1 && optind == 4);
    CHECK(strcmp(mixed[4], "x") == 0 && strcmp(mixed[5], "-") == 0 && strcmp(mixed[6], "y") == 0);
    char* posix[] = {"p", "x", "-a", NULL};
    optind = 0;
    CHECK(getopt(3, posix, "+a") == -1 && optind == 1);
    char* dash[] = {"p", "-", NULL};
    optind = 0;
    CHECK(getopt(2, dash, "-a") == 1 && optarg == dash[1]);
}

static void arguments_of_options(void) {
    char* last[] = {"p", "-b", NULL};
    optind = 0;
    CHECK(getopt(2, last, ":b:") == ':' && optopt == 'b' && optind == 2);
    char* cluster[] = {"p", "-bv", "-a", NULL};
    optind = 0;
    CHECK(getopt(3, cluster, "ab:") == 'b' && getopt(3, cluster, "ab:") == 'a' && optarg == NULL);
}

static void abbreviations(void) {
    const struct option options[] = {
        {"colour", 0, NULL, 'c'}, {"color", 0, NULL, 'c'}, {"cool", 0, NULL, 'l'}, {NULL, 0, NULL, 0}};
    char* abbreviated[] = {"p", "--colo", "--co", NULL};
    optind = 0;
    CHECK(getopt_long(3, abbreviated, "", options, NULL) == 'c');
    CHECK(getopt_long(3, abbreviated, "", options, NULL) == '?');
    char* unknown[] = {"p", "-xyz", NULL};
    optind = 0;
    CHECK(getopt_long_only(2, unknown, "a", options, NULL) == '?' && optind == 2);
}

int main(void) {
    opterr = 0;
    options_behind_arguments();
    arguments_of_options();
    abbreviations();
    if (failures == 0) puts("ok");
    return failures != 0;
}
