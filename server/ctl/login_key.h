#ifndef CTL_LOGIN_KEY_H
#define CTL_LOGIN_KEY_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/ctl/subcommand.h"
#include "server/pki/key_pin.h"

// What is to be done about a server's key before anything is sent to the server.
enum login_key {
    LOGIN_KEY_GOOD,
    LOGIN_KEY_ASK,     // nobody has said that it is the server's
    LOGIN_KEY_WRONG,   // it is not the one that was said
    LOGIN_KEY_CHANGED, // it is not the one that was pinned
};

// Judges it. said: by the operator, or "": nothing; what he says goes before what was pinned.
// pinned: at the last log-in, or "". All three as key_pin_parse() writes them.
enum login_key login_key_judge(const char *key, const char *said, const char *pinned);

// Asks the server for its key and judges it, with the operator's help if it takes that. pinned: at
// the last log-in, or "". SUBCOMMAND_OK with the key, which may be pinned; SUBCOMMAND_USAGE if
// there is nobody to ask; ERR_UNTRUSTED, ERR_CONFLICT if the answer is not yes, as
// client_tls_probe().
int login_key_find(const struct subcommand_call *call, const struct client_target *target,
    char out[KEY_PIN_SIZE], struct err *err);

#endif
