#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# policy_test.sh COMMAND...: the command starts cat in a runtime. The example of a policy in the README prints the file,
# and with another policy it cannot.
source "$(dirname "$0")/program.bash"
line=$(grep -m 1 '^ *\./wali run --allow ' "$(dirname "$0")/../../README.md")
read -r -a words <<<"$line" # ./wali run --allow RULE MODULE ARGUMENT
module=${program[-1]}
program=("${program[@]:0:${#program[@]}-1}")
expect "the module in the README" "${module##*/}" "${words[4]##*/}"

expect_run "with the policy of the README" 0 "${words[2]}" "${words[3]}" "$module" "${words[5]}"
expect "what it prints" "$(<"${words[5]}")" "$(<"$scratch/out")"
expect_run "without a rule" 1 --allow none "$module" "${words[5]}"
expect "what it prints without a rule" "" "$(<"$scratch/out")"
expect_one_line "without a rule" "cat: ${words[5]}"
finish
