#ifndef PAYLOAD_STORE_H
#define PAYLOAD_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "server/model/command.h"
#include "server/store/store.h"

// What a command brings to its device beside its name, sealed for that device: base64 (RFC 4648).
// It goes when its command has ended. All: ERR_IO if the database fails.

// Keeps that of a command that was just added. ERR_TOO_LARGE beyond COMMAND_SEALED_MAX characters.
ERR_CHECKED int payload_store_put(
    struct store_connection *connection, int64_t command, const char *sealed, struct err *err);

// The caller frees *sealed. ERR_NOT_FOUND if it brings nothing, ERR_NO_MEMORY.
ERR_CHECKED int payload_store_get(
    struct store_connection *connection, int64_t command, char **sealed, struct err *err);

// Removes it, if there is one; the second form removes all whose command has ended.
ERR_CHECKED int payload_store_remove(
    struct store_connection *connection, int64_t command, struct err *err);
ERR_CHECKED int payload_store_sweep(struct store_connection *connection, struct err *err);

#endif
