#ifndef COMMON_ERROR_STEP_H
#define COMMON_ERROR_STEP_H

#include "common/result.h"

// At which step something failed. Devices send the name, people read it.
enum error_step {
    ERROR_STEP_NONE,
    ERROR_STEP_TAKE,      // the command was not taken
    ERROR_STEP_CONNECT,   // name or TCP
    ERROR_STEP_HANDSHAKE, // TLS, up to the peer's certificate
    ERROR_STEP_SESSION,   // at the broker
    ERROR_STEP_TRANSFER,  // of bytes, once the handshake is done
    ERROR_STEP_REQUEST,   // until the answer's head has come
    ERROR_STEP_DOWNLOAD,  // the bytes of a file
    ERROR_STEP_CHECK,     // of a file that has come
    ERROR_STEP_VERIFY,    // of an image
    ERROR_STEP_WRITE,     // to the flash, or from it
    ERROR_STEP_TRIAL,     // of what was installed
    ERROR_STEP_RUN,       // anything after that
    ERROR_STEP_COUNT
};

#define ERROR_STEP_SIZE 16 // of a name with its NUL

// Bytes of what tells an error in an event at most: the members step, code and detail, as JSON.
#define ERROR_STEP_EVENT_MAX 256

// The step's name, as "handshake"; "" for ERROR_STEP_NONE and for a number out of range.
const char *error_step_name(enum error_step step);

// The step of that name, or ERROR_STEP_COUNT if there is none.
enum error_step error_step_from_name(const char *name);

// The step at which that result comes about, unless more is known; ERROR_STEP_NONE of a success.
enum error_step error_step_of(enum result result);

#endif
