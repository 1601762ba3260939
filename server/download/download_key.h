#ifndef DOWNLOAD_KEY_H
#define DOWNLOAD_KEY_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/download/download.h"
#include "server/download/download_stored.h"
#include "server/store/store.h"

// A private key leaves for its device if an operator has said so, and once.

struct download_key_wish {
    const char *mac, *address; // whose, and where to
    const struct download_file *file;
    bool takes; // not only to know what it would get
};

// The key that waits in the database, as download_stored_read() has it. ERR_DENIED if nobody said
// so, ERR_CONFLICT if it has left already. With `takes` that word holds no more, and nothing of the
// key is kept when this returns, durably, whatever becomes of the bytes: who gets half of them
// could come again and again. It stands in the device's history.
ERR_CHECKED int download_key_read(const struct download_settings *settings,
    const struct download_key_wish *wish, struct download_stored *out, struct err *err);

// That it was asked for and refused, for the history: once an hour at most.
void download_key_note_refused(
    struct store *store, const char *mac, const char *address, const struct err *reason);

#endif
