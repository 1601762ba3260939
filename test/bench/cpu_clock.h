#ifndef BENCH_CPU_CLOCK_H
#define BENCH_CPU_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Processor time that the processes have taken since they began, all threads, user and system, in
// ns: the kernel's accounting (clock_getcpuclockid(3)). Ends the program if one is gone.
int64_t cpu_clock_read_ns(const pid_t *pids, size_t n);

#endif
