#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "server/broker/access_table.h"
#include "server/broker/identity.h"

// Whose a client identifier is: a line "SEEN ROLE NAME IDENTIFIER" of a text file.
struct session_record {
    int64_t seen_ms; // Unix time: when its owner came or went last
    char role[ACCESS_TABLE_NAME_MAX + 1];
    char name[IDENTITY_NAME_SIZE];
    const char *client_id; // borrowed; plain text, which may hold spaces
};

#define SESSION_RECORD_ID_MAX 65535 // MQTT 3.1.1, 1.5.3

// Reads the n bytes of a line, without its end; a NUL stands behind them. False, and *out
// untouched, if it is none. out->client_id is then a part of the line.
bool session_record_parse(const char *line, size_t n, struct session_record *out);

// Writes the line with its end. An error is the stream's.
void session_record_print(const struct session_record *record, FILE *stream);

#endif
