#ifndef PKI_OPENSSL_ERROR_H
#define PKI_OPENSSL_ERROR_H

#include "server/base/err.h"

// As err_set(), with the reason of OpenSSL's last error behind the message, and empties the calling
// thread's error queue. A macro as err_set() is one.
#define openssl_error_set(err, code, ...)                                                          \
    (openssl_error_describe(err, code, __VA_ARGS__), err_returned(code))

// A part of openssl_error_set().
void openssl_error_describe(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
