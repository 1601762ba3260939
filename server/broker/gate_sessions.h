#ifndef GATE_SESSIONS_H
#define GATE_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/broker/gate.h"

// Whose the client identifiers of sessions are that wait without a connection. The broker keeps
// them over its restart and does not say whose they were: so there is a file that does, for those
// whose identifier alone does not tell (identity_is_told_by()). One of each identity, so that it is
// as large as there are such certificates; written to as often as new identifiers are let in.
struct client;

// Reads the file; path, which is borrowed: NULL if there is none. What is no record in it is left
// out, and noted for the log. So is a file that cannot be read or written: who is let in does not
// hang on it. ERR_NOT_FOUND or ERR_DENIED if its folder is not there, or not ours to write to.
ERR_CHECKED int gate_sessions_open(struct gate *gate, const char *path, struct err *err);

// Writes it anew, with the times of now. gate->file and all clients must be there, or none.
void gate_sessions_close(struct gate *gate);

// Whether an identifier that a client is bound to stays its own: it is connected, or was here less
// than session_days ago. Not if the device is shut out.
bool gate_sessions_is_held(const struct gate *gate, const struct client *holder);

// Takes in whose the identifier of a client is that is let in, if its session is saved and the file
// does not say so yet. Then it survives a power cut; if it cannot be written, the log is told, and
// it is tried again each minute.
void gate_sessions_keep(struct gate *gate, struct client *client);

// Writes the file anew if that is due: each day, with later times, and after a fault.
void gate_sessions_round(struct gate *gate);

#endif
