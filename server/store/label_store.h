#ifndef LABEL_STORE_H
#define LABEL_STORE_H

#include <stdbool.h>

#include "server/store/store.h"

// What operators call a device, where it is, and what is to be known of it: beside the name that it
// gives itself. All: ERR_IO if the database fails. Forgetting a device takes it along.

#define LABEL_STORE_NAME_MAX 64 // characters; one has at most four bytes
#define LABEL_STORE_PLACE_MAX 64
#define LABEL_STORE_NOTE_MAX 1024 // bytes: there is to be room for them in the audit log

struct device_label {
    char name[4 * LABEL_STORE_NAME_MAX + 1]; // each: or ""
    char place[4 * LABEL_STORE_PLACE_MAX + 1];
    char note[LABEL_STORE_NOTE_MAX + 1];
};

// Whether it says anything.
bool label_store_is_set(const struct device_label *label);

// Of a device of which nothing was said, all of *out is "".
ERR_CHECKED int label_store_get(struct store_connection *connection, const char *mac,
    struct device_label *out, struct err *err);

// Replaces it. ERR_NOT_FOUND if the device is unknown.
ERR_CHECKED int label_store_put(struct store_connection *connection, const char *mac,
    const struct device_label *label, struct err *err);

// Gives what was said of the first device to the second, instead of its own.
ERR_CHECKED int label_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err);

#endif
