/* SPDX-License-Identifier: BSL-1.0 */
#include <unistd.h>

/* main(argc, argv, envp): the compiler gives only the usual two forms of main names of their own. */

int main_envp(int, char **, char **) __asm__("main");
int __main_argc_argv(int, char **);

int __main_argc_argv(int argc, char **argv)
{
	return main_envp(argc, argv, __environ);
}
