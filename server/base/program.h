#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stddef.h>

#include "server/base/err.h"

// What a program that has ended said, on both of its outputs, as one text: as much of its end as
// fits.
#define PROGRAM_SAID_SIZE 4096
struct program_result {
    int status; // what it exited with; 128 and the signal that ended it
    char said[PROGRAM_SAID_SIZE];
};

// Runs a program, argv[0] looked for on PATH, to its end: without a shell, and with nothing to
// read. ERR_NOT_FOUND if there is none of that name, ERR_IO. That it exits with another status than
// 0 is no error here.
ERR_CHECKED int program_run(const char *const *argv, struct program_result *out, struct err *err);

// The same, and ERR_IO with the last line that it said, and that is no "...: note: ", unless it
// exits with 0.
ERR_CHECKED int program_must(const char *const *argv, struct program_result *out, struct err *err);

#endif
