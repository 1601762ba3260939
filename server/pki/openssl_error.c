// OpenSSL's errors as ours.
#include "server/pki/openssl_error.h"

#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

void openssl_error_describe(struct err *err, int code, const char *format, ...)
{
    char text[ERR_MESSAGE_SIZE];
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (reason == NULL)
        err_set(err, code, "%s", text);
    else
        err_set(err, code, "%s: %s", text, reason);
    ERR_clear_error();
}
