// Why something failed, for people and for the backend.
#include "firmware/core/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int failure_set(struct failure *failure, enum result result, const char *format, ...)
{
    va_list arguments;

    failure->result = result;
    failure->step = (uint8_t)error_step_of(result);
    failure->code = 0;
    va_start(arguments, format);
    vsnprintf(failure->detail, sizeof failure->detail, format, arguments);
    va_end(arguments);
    return -(int)result;
}

void failure_clear(struct failure *failure)
{
    memset(failure, 0, sizeof *failure);
}

int failure_set_code(struct failure *failure, int code, const char *host, const char *what)
{
    failure_set(failure, RESULT_TLS_FAILED, "%s: %s", host, what);
    failure->code = code;
    return -(int)RESULT_TLS_FAILED;
}

int failure_set_timeout(
    struct failure *failure, enum error_step step, const char *host, const char *what)
{
    failure_set(failure, RESULT_TIMEOUT, "%s: no %s in time", host, what);
    failure->step = (uint8_t)step;
    return -(int)RESULT_TIMEOUT;
}
