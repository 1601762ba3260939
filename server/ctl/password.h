#ifndef CTL_PASSWORD_H
#define CTL_PASSWORD_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

// Passwords are asked for on the terminal, or read from a file or standard input: never taken from
// the command line, which everybody on the machine can read.

#define PASSWORD_OPTION                                                                            \
    {                                                                                              \
        "password-file", OPTION_VALUE, "FILE",                                                     \
            "the password is its first line, in place of asking; -: that of standard input"        \
    }

// Reads a new password and sets the member "password"; it is asked for twice. ERR_INVALID, ERR_IO.
ERR_CHECKED int password_read_new(
    const struct subcommand_call *call, json_t *body, struct err *err);

// Asks for one and sets that member.
ERR_CHECKED int password_read(
    const char *question, const char *member, json_t *body, struct err *err);

#endif
