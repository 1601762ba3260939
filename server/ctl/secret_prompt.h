#ifndef CTL_SECRET_PROMPT_H
#define CTL_SECRET_PROMPT_H

#include <stddef.h>

#include "server/base/err.h"

// Reads one line of standard input, without its end: where that is a terminal, asks for it and does
// not show it. Control characters in question are made visible. ERR_INVALID if it has size
// characters or more, ERR_IO if there is none, or a signal came. The caller wipes out.
ERR_CHECKED int secret_prompt_read(const char *question, char *out, size_t size, struct err *err);

// The same for a new secret: a terminal is asked twice, unless nothing is typed. ERR_INVALID also
// if the two differ.
ERR_CHECKED int secret_prompt_read_new(
    const char *question, char *out, size_t size, struct err *err);

// Reads one line that is no secret, before or after one that is; what is typed is seen.
ERR_CHECKED int secret_prompt_read_shown(
    const char *question, char *out, size_t size, struct err *err);

#endif
