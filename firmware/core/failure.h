#ifndef FIRMWARE_CORE_FAILURE_H
#define FIRMWARE_CORE_FAILURE_H

#include <stdint.h>

#include "common/error_step.h"
#include "common/result.h"

#define FAILURE_DETAIL_SIZE 107

// Functions of core that can fail return 0 (or bytes, or STEP_AGAIN) or the negative of an enum
// result, and say why in a struct failure.
#define STEP_DONE 0
#define STEP_AGAIN 1 // not finished: call again later

struct failure {
    enum result result;
    char detail[FAILURE_DETAIL_SIZE]; // one line for people
    uint8_t step;                     // enum error_step
    int32_t code;                     // what a library or the server called it; 0: nothing
};

// Writes result, the step that it stands for, no code and the formatted line (cut to size) to
// *failure; who knows better changes step and code then. Returns -result.
int failure_set(struct failure *failure, enum result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Makes it RESULT_OK with nothing to say.
void failure_clear(struct failure *failure);

// As failure_set() with RESULT_TLS_FAILED, "host: what" and the TLS library's number.
int failure_set_code(struct failure *failure, int code, const char *host, const char *what);

// The same with RESULT_TIMEOUT, "host: no what in time" and how far it had come.
int failure_set_timeout(
    struct failure *failure, enum error_step step, const char *host, const char *what);

#endif
