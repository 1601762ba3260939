#ifndef CTL_SETUP_PASSWORD_H
#define CTL_SETUP_PASSWORD_H

#include <stdbool.h>

#include "server/base/err.h"

#define SETUP_PASSWORD_SIZE 1025

struct setup_password {
    char text[SETUP_PASSWORD_SIZE];
    bool is_made; // here, so that it must be shown
};

// The password for a new user: the first line of that file ("-": of standard input); or asked for
// twice at the terminal; or, where there is none, made. The caller wipes it. ERR_INVALID if the two
// differ, or it is empty; ERR_IO, or as file_read().
ERR_CHECKED int setup_password_take(
    const char *file, const char *name, struct setup_password *out, struct err *err);

// Makes one of 24 letters and digits that are not taken for one another, 120 bits. ERR_IO.
ERR_CHECKED int setup_password_make(struct setup_password *out, struct err *err);

#endif
