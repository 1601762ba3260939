#ifndef TEST_CONFINE_SYSTEM_CALLS_H
#define TEST_CONFINE_SYSTEM_CALLS_H

#include <sys/syscall.h>

// mmap(2): on 32-bit ARM there is only the one with its offset in pages.
#ifdef SYS_mmap
#define SYSTEM_CALLS_MMAP SYS_mmap
#else
#define SYSTEM_CALLS_MMAP SYS_mmap2
#endif

#endif
