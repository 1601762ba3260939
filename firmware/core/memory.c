// Was there enough memory for what a library was asked to do?
#include "firmware/core/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void memory_watch(void)
{
    errno = 0;
}

bool memory_was_short(void)
{
    return errno == ENOMEM;
}

void memory_recall(void)
{
    errno = ENOMEM;
}

int memory_judge(int rc, struct failure *failure)
{
    size_t n;

    if (rc >= 0 || !memory_was_short())
        return rc;
    n = strcspn(failure->detail, ":");
    failure->result = RESULT_OUT_OF_MEMORY;
    snprintf(failure->detail + n, sizeof failure->detail - n, ": not enough memory");
    return -(int)RESULT_OUT_OF_MEMORY;
}
