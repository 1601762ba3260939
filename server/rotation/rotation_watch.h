#ifndef ROTATION_WATCH_H
#define ROTATION_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/model/rotation.h"
#include "server/pki/certificate.h"
#include "server/pki/certificate_facts.h"
#include "server/store/store.h"

// Follows a change of the CA: which CA's certificates daemon, broker and devices show, and when
// devices are to be told something.
struct rotation_watch;

// Both are borrowed until it is closed. Without a change under way it does nothing.
ERR_CHECKED int rotation_watch_open(
    struct store *store, struct device_auth *auth, struct rotation_watch **out, struct err *err);
// After the store is closed. NULL is allowed.
void rotation_watch_close(struct rotation_watch *watch);

// What this daemon shows from now on; what the broker showed when it let us in. Any thread.
void rotation_watch_note_own(struct rotation_watch *watch, const struct certificate *certificate);
void rotation_watch_note_broker(struct rotation_watch *watch, const uint8_t *der, size_t n);

// What a device showed; mac: its own, or NULL if it is to be told from the common name. Never
// blocks. Any thread.
void rotation_watch_note_device(
    struct rotation_watch *watch, const struct certificate_facts *facts, const char *mac);

// Looks what is to be done, every two seconds. Never blocks on the disk. One thread.
void rotation_watch_tick(struct rotation_watch *watch);

// Reads anew what is under way, as somebody has just changed it. Any thread.
void rotation_watch_refresh(struct rotation_watch *watch);

// What the phase waits for before devices are told anything: NULL for nothing. Static text. Any
// thread.
const char *rotation_watch_waits_for(struct rotation_watch *watch, const struct rotation *rotation);

#endif
