#ifndef CTL_SERVER_STORE_H
#define CTL_SERVER_STORE_H

#include <limits.h>
#include <stddef.h>

#include "server/base/err.h"
#include "server/ctl/server_record.h"

// The log-ins of this user: a file for each, so that two that are made at once do not lose each
// other, in a folder that nobody else can change, and one for the name of the usual server.
struct server_store {
    char folder[PATH_MAX]; // ${XDG_CONFIG_HOME:-$HOME/.config}/secureesp; "": nobody knows
};

// Finds out where they are by the environment. Where it does not say, there is no usual server, and
// all else is ERR_NOT_FOUND.
void server_store_find(struct server_store *out);

// Reads one. ERR_NOT_FOUND; ERR_DENIED if others may read or change it, with what to do;
// ERR_INVALID if it is damaged; ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int server_store_load(
    const struct server_store *store, const char *name, struct server_record *out, struct err *err);

// Writes one, mode 0600, durably and so that after a power cut the old or the new one is there.
ERR_CHECKED int server_store_save(const struct server_store *store, const char *name,
    const struct server_record *record, struct err *err);

// Removes one, whatever is in it; if it was the usual one, there is none any more. ERR_NOT_FOUND,
// ERR_IO.
ERR_CHECKED int server_store_remove(
    const struct server_store *store, const char *name, struct err *err);

// The names of all, in order. The caller frees each and the array; *out is NULL if there are none.
ERR_CHECKED int server_store_list(
    const struct server_store *store, char ***out, size_t *count, struct err *err);
void server_store_free_list(char **names, size_t count);

// The name whose log-in is at that address. ERR_NOT_FOUND, ERR_CONFLICT if there are several, which
// the message names; as server_store_load() if none is and any cannot be read, as it could be that.
ERR_CHECKED int server_store_find_url(
    const struct server_store *store, const char *url, char out[SERVER_NAME_SIZE], struct err *err);

// The key that was pinned at that address, by the first log-in of any name; "" if there is none
// that can be read.
void server_store_find_pin(
    const struct server_store *store, const char *url, char out[KEY_PIN_SIZE]);

// The usual server's name, or "" for none. ERR_DENIED, ERR_INVALID, ERR_IO.
ERR_CHECKED int server_store_usual(
    const struct server_store *store, char out[SERVER_NAME_SIZE], struct err *err);

// Makes a server the usual one; NULL: none is. ERR_NOT_FOUND if there is no log-in of that name.
ERR_CHECKED int server_store_use(
    const struct server_store *store, const char *name, struct err *err);

#endif
