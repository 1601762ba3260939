// Errors with a message and context.
#include "server/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void err_describe(struct err *err, int code, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return;
    err->code = code;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
}

int err_context(struct err *err, const char *format, ...)
{
    char whole[2 * ERR_MESSAGE_SIZE + 2] = {0};
    va_list args;

    if (err == NULL)
        return ERR_IO;
    va_start(args, format);

    int n = vsnprintf(whole, ERR_MESSAGE_SIZE, format, args);

    va_end(args);
    if (n < 0)
        n = 0;
    if (n >= ERR_MESSAGE_SIZE)
        n = ERR_MESSAGE_SIZE - 1;
    memcpy(whole + n, ": ", 3);
    memcpy(whole + n + 2, err->message, strlen(err->message) + 1);
    memcpy(err->message, whole, sizeof err->message - 1); // what does not fit is cut
    err->message[sizeof err->message - 1] = '\0';
    return err->code;
}

const char *err_code_name(int code)
{
    switch (code) {
    case 0: return "ok";
    case ERR_INVALID: return "invalid";
    case ERR_NOT_FOUND: return "not-found";
    case ERR_CONFLICT: return "conflict";
    case ERR_DENIED: return "denied";
    case ERR_TOO_LARGE: return "too-large";
    case ERR_UNAVAILABLE: return "unavailable";
    case ERR_IO: return "io";
    case ERR_NO_MEMORY: return "no-memory";
    case ERR_EXPIRED: return "expired";
    case ERR_UNTRUSTED: return "untrusted";
    case ERR_REVOKED: return "revoked";
    case ERR_PRECONDITION: return "precondition-failed";
    case ERR_REUSED: return "key-reused";
    case ERR_NOBODY: return "unauthenticated";
    case ERR_BUSY: return "too-often";
    default: return "unknown";
    }
}
