// Why a server refused: the first line of its answer's body.
#include "firmware/core/http_reason.h"

#include <string.h>

void http_reason_start(struct failure *failure, int status)
{
    failure_set(failure, RESULT_HTTP_STATUS, "HTTP %d", status);
    failure->code = status;
}

// n is at least 1. Returns false at the line's end.
static bool add(struct failure *failure, const char *p, size_t n)
{
    size_t used = strlen(failure->detail);

    if (p[0] == '\r' || p[0] == '\n')
        return false;
    if (memchr(failure->detail, ':', used) == NULL && used + 2 < FAILURE_DETAIL_SIZE) {
        memcpy(failure->detail + used, ": ", 3);
        used += 2;
    }
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\r' || p[i] == '\n' || used + 1 >= FAILURE_DETAIL_SIZE)
            return false;
        failure->detail[used++] = p[i] >= ' ' && p[i] <= '~' ? p[i] : '?';
        failure->detail[used] = '\0';
    }
    return true;
}

int http_reason_step(struct https *https, struct failure *failure)
{
    char bytes[64];
    struct failure ignored;
    int n = https_read(https, (uint8_t *)bytes, sizeof bytes, &ignored);

    if (n == 0 || (n > 0 && add(failure, bytes, (size_t)n)))
        return STEP_AGAIN;
    return -(int)RESULT_HTTP_STATUS;
}
