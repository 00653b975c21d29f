// SPDX-License-Identifier: BSL-1.0
//
// Classic BPF as seccomp(2) takes it: which programs the kernel takes, and what they answer. Nothing of the host is
// needed for it.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

// Whether the kernel takes a program of that length, from 1 to BPF_MAXINSNS.
bool bpf_is_valid(const struct sock_filter* code, uint32_t length);

// How long the kernel's own form of a valid program is, which it limits.
uint32_t bpf_kernel_length(const struct sock_filter* code, uint32_t length);

// What a valid program answers.
uint32_t bpf_run(const struct sock_filter* code, const struct seccomp_data* data);
