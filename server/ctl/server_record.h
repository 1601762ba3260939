#ifndef CTL_SERVER_RECORD_H
#define CTL_SERVER_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/ctl/server_url.h"
#include "server/pki/key_pin.h"

#define SERVER_RECORD_TEXT_SIZE 256

// A log-in at a server. Wipe it: it holds a token.
struct server_record {
    char url[SERVER_URL_SIZE]; // as server_url_normalize() writes it
    char pin[KEY_PIN_SIZE];    // of the key that its certificate must have
    char user[SERVER_RECORD_TEXT_SIZE];
    char role[SERVER_RECORD_TEXT_SIZE];
    char token_name[SERVER_RECORD_TEXT_SIZE]; // "": not known
    char token[SERVER_RECORD_TEXT_SIZE];      // printable ASCII without spaces
    int64_t until_ms;                         // when the token ends; 0: not known
};

// Writes one as JSON, n bytes and a NUL; the caller wipes and frees it. ERR_NO_MEMORY.
ERR_CHECKED int server_record_encode(
    const struct server_record *record, char **out, size_t *n, struct err *err);

// Reads it again. ERR_INVALID if anything is missing, too long, or not as above; *out is written on
// success only.
ERR_CHECKED int server_record_decode(
    const char *text, size_t n, struct server_record *out, struct err *err);

#endif
