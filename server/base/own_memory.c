// The process's memory, closed to others.
#include "server/base/own_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void own_memory_close(void)
{
    static const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
