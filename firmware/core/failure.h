#ifndef FIRMWARE_CORE_FAILURE_H
#define FIRMWARE_CORE_FAILURE_H

#include "common/result.h"

#define FAILURE_DETAIL_SIZE 112

// Functions of core that can fail return 0 (or bytes, or STEP_AGAIN) or the negative of an enum
// result, and say why in a struct failure.
#define STEP_DONE 0
#define STEP_AGAIN 1 // not finished: call again later

struct failure {
    enum result result;
    char detail[FAILURE_DETAIL_SIZE]; // one line for people
};

// Writes result and the formatted line (cut to size) to *failure. Returns -result.
int failure_set(struct failure *failure, enum result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
