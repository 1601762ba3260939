#ifndef PKI_OPENSSL_ERROR_H
#define PKI_OPENSSL_ERROR_H

#include "server/base/err.h"

// As err_set(), with the reason of OpenSSL's last error behind the message, and empties the calling
// thread's error queue.
int openssl_error_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
