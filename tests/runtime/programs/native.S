// SPDX-License-Identifier: BSL-1.0
//
// What guest programs import, natively: for programs that check Linux's own answers.
        .macro  import name, number
        .globl  sys_\name
        .type   sys_\name, @function
sys_\name:
        movl    $\number, %eax
        movq    %rcx, %r10
        syscall
        ret
        .size   sys_\name, . - sys_\name
        .endm

        .text
        import  read 0
        import  write 1
        import  close 3
        import  mmap 9
        import  mprotect 10
        import  munmap 11
        import  ioctl 16
        import  pread64 17
        import  sched_yield 24
        import  mremap 25
        import  msync 26
        import  mincore 27
        import  madvise 28
        import  shmget 29
        import  shmat 30
        import  shmctl 31
        import  dup 32
        import  getpid 39
        import  socket 41
        import  socketpair 53
        import  setsockopt 54
        import  getsockopt 55
        import  clone 56
        import  fork 57
        import  wait4 61
        import  kill 62
        import  semget 64
        import  semop 65
        import  semctl 66
        import  shmdt 67
        import  msgget 68
        import  msgsnd 69
        import  msgrcv 70
        import  msgctl 71
        import  fcntl 72
        import  ftruncate 77
        import  getrlimit 97
        import  capget 125
        import  mlock 149
        import  munlock 150
        import  prctl 157
        import  setrlimit 160
        import  gettid 186
        import  futex 202
        import  io_setup 206
        import  io_destroy 207
        import  io_getevents 208
        import  io_submit 209
        import  io_cancel 210
        import  exit_group 231
        import  waitid 247
        import  keyctl 250
        import  openat 257
        import  set_robust_list 273
        import  pipe2 293
        import  prlimit64 302
        import  memfd_create 319
        import  mlock2 325
        import  pkey_mprotect 329
        import  io_pgetevents 333
        import  io_uring_setup 425
        import  io_uring_enter 426
        import  io_uring_register 427
        import  clone3 435
        import  futex_waitv 449
        .section .note.GNU-stack, "", @progbits
