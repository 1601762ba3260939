// Processor time of other processes.
#include "test/bench/cpu_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t cpu_clock_read_ns(const pid_t *pids, size_t n)
{
    int64_t total = 0;

    for (size_t i = 0; i < n; i++) {
        clockid_t id;
        struct timespec t;

        if (clock_getcpuclockid(pids[i], &id) != 0 || clock_gettime(id, &t) != 0) {
            fprintf(stderr, "process %d has no clock: is it gone?\n", (int)pids[i]);
            exit(1);
        }
        total += (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    }
    return total;
}
