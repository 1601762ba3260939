#ifndef OPERATOR_NAME_H
#define OPERATOR_NAME_H

#include "server/base/err.h"

// How users and tokens may be called, and what a password may be.

// ERR_INVALID unless it is 1 to 32 lower-case letters, digits, '.', '_' and '-', a letter first; or
// if it is a device's (mac_parse()).
ERR_CHECKED int operator_name_check(const char *name, struct err *err);

// A password has as many bytes of UTF-8 as these say; what they are is its owner's affair, but for
// control characters, and his name.
#define OPERATOR_NAME_PASSWORD_MIN 10
#define OPERATOR_NAME_PASSWORD_MAX 128
ERR_CHECKED int operator_name_check_password(
    const char *name, const char *password, struct err *err);

#endif
