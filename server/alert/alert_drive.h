#ifndef ALERT_DRIVE_H
#define ALERT_DRIVE_H

#include "server/alert/alert_judge.h"
#include "server/alert/alert_spool.h"
#include "server/store/store.h"

// Looks at what goes wrong, and tells of it once, and of its end once, also when the daemon was off
// in between. Its own thread.
struct alert_drive;

struct alert_drive_settings {
    struct store *store; // borrowed, as the texts
    struct alert_spool spool;
    int64_t broker_lost_ms;
    int64_t device_offline_ms;
    void (*read)(struct alert_facts *out, void *ctx); // the daemon's state; on its thread
    void (*told)(void *ctx);                          // there are notes; never blocks
    void *ctx;
};

ERR_CHECKED int alert_drive_start(
    const struct alert_drive_settings *settings, struct alert_drive **out, struct err *err);
void alert_drive_free(struct alert_drive *drive); // NULL is allowed

// Looks soon. Any thread.
void alert_drive_wake(struct alert_drive *drive);

#endif
