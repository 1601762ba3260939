#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

// What every fallible function returns: 0, or one of these.
enum err_code {
    ERR_INVALID = -1, // the caller's input is wrong
    ERR_NOT_FOUND = -2,
    ERR_CONFLICT = -3, // it exists already, or the state forbids it
    ERR_DENIED = -4,   // not authorised, or a signature does not verify
    ERR_TOO_LARGE = -5,
    ERR_UNAVAILABLE = -6, // broker, daemon or database cannot be reached now
    ERR_IO = -7,          // file, network or database failed
    ERR_NO_MEMORY = -8,
    ERR_EXPIRED = -9,       // a certificate, before or after its time
    ERR_UNTRUSTED = -10,    // signed by nobody who is trusted
    ERR_REVOKED = -11,      // a certificate, taken out of use
    ERR_PRECONDITION = -12, // it is not as the caller said it must be
    ERR_REUSED = -13,       // the caller's key stands for another request
    ERR_NOBODY = -14,       // who asks has not said who he is, or what he said is good no more
    ERR_BUSY = -15,         // asked too often: later
};

#define ERR_CHECKED __attribute__((warn_unused_result))

#define ERR_MESSAGE_SIZE 512

// An error that a person reads: one line, the outermost context first.
struct err {
    int code; // enum err_code, 0 while there is none
    char message[ERR_MESSAGE_SIZE];
};

// Sets code and message and returns code, so that callers can `return err_set(err, ...)`. err may
// be NULL. A macro, so that compiler and analyzer see in each caller which code comes back.
#define err_set(err, code, ...) (err_describe(err, code, __VA_ARGS__), err_returned(code))

// The parts of err_set().
void err_describe(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline int err_returned(int code)
{
    return code;
}

// Puts "context: " before the message and returns the error's code (ERR_IO if err is NULL).
int err_context(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The name of a code, as "not-found"; for JSON and logs.
const char *err_code_name(int code);

#endif
