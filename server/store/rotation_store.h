#ifndef ROTATION_STORE_H
#define ROTATION_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/rotation.h"
#include "server/store/store.h"

// A change of the CA: how far it has come, as a whole and with each device. All: ERR_IO if the
// database fails.

// Of ROTATION_NONE all else is zero.
ERR_CHECKED int rotation_store_get(
    struct store_connection *connection, struct rotation *out, struct err *err);

ERR_CHECKED int rotation_store_put(
    struct store_connection *connection, const struct rotation *rotation, struct err *err);

// Removes all of it.
ERR_CHECKED int rotation_store_clear(struct store_connection *connection, struct err *err);

// Adds the devices that have come since the last call; with_issued: and those that have a good
// certificate and never came.
ERR_CHECKED int rotation_store_join(
    struct store_connection *connection, bool with_issued, int64_t now_ms, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int rotation_store_get_device(struct store_connection *connection, const char *mac,
    struct rotation_device *out, struct err *err);

// Writes all but has_certificate.
ERR_CHECKED int rotation_store_put_device(
    struct store_connection *connection, const struct rotation_device *device, struct err *err);

// All devices, by MAC, until each() returns non-zero, which is then returned.
ERR_CHECKED int rotation_store_each(struct store_connection *connection,
    int (*each)(const struct rotation_device *device, void *ctx), void *ctx, struct err *err);

// At most ROTATION_STORE_ACTIVE_MAX devices for which there may be something to do, those first
// that are at a step: or are online, hold what lies between first and last, and whose time has
// come; those at a step that are looked at longest ago first. *count is how many.
#define ROTATION_STORE_ACTIVE_MAX 64
struct rotation_store_wish {
    enum rotation_holds first, last;
    int64_t now_ms;
};
ERR_CHECKED int rotation_store_read_active(struct store_connection *connection,
    const struct rotation_store_wish *wish, struct rotation_device out[ROTATION_STORE_ACTIVE_MAX],
    size_t *count, struct err *err);

// How many devices are at a step, and how many of those have been at it since before a time; how
// many have reached something in this phase.
struct rotation_store_counts {
    int64_t at_step;
    int64_t stuck;
    int64_t reached;
};
ERR_CHECKED int rotation_store_count(struct store_connection *connection, int64_t phase_at_ms,
    int64_t stuck_before_ms, struct rotation_store_counts *out, struct err *err);

// A new phase: nobody is at a step, and nothing has failed. What a device was told last may be done
// yet: with_doubt counts who was told to download its certificate, or shows one of the new CA, as
// one that has it.
ERR_CHECKED int rotation_store_begin_phase(
    struct store_connection *connection, bool with_doubt, int64_t now_ms, struct err *err);

// Notes which CA's certificate a device shows.
ERR_CHECKED int rotation_store_note_shown(
    struct store_connection *connection, const char *mac, bool is_new, struct err *err);

// A device's certificate by the new CA, or by the old.
struct rotation_store_certificate {
    const char *mac;
    const char *key_sha256; // of its public key (SubjectPublicKeyInfo), as hex
    bool is_new;
    const char *pem;
};

// Keeps it in place of the one of the same CA and key.
ERR_CHECKED int rotation_store_put_certificate(struct store_connection *connection,
    const struct rotation_store_certificate *certificate, struct err *err);

// The one that a device with that key is to get now in place of that in its file, if it is its
// turn; the caller frees *pem. ERR_NOT_FOUND.
ERR_CHECKED int rotation_store_get_certificate(struct store_connection *connection, const char *mac,
    const char *key_sha256, char **pem, struct err *err);

// Removes a device.
ERR_CHECKED int rotation_store_forget(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
