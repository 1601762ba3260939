#ifndef WEBHOOK_DRIVE_H
#define WEBHOOK_DRIVE_H

#include "server/webhook/webhook_fill.h"
#include "server/webhook/webhook_send.h"
#include "server/webhook/webhook_sign.h"
#include "server/webhook/webhook_url.h"

// Sends what happens to whom it is to be told. Its own thread.
struct webhook_drive;

struct webhook_drive_settings {
    struct webhook_send_settings send;
    struct webhook_bodies bodies;
    int64_t queue_max; // messages that wait for one webhook
};

ERR_CHECKED int webhook_drive_start(
    const struct webhook_drive_settings *settings, struct webhook_drive **out, struct err *err);
// What is under way is broken off, and comes again with the same webhook-id. NULL is allowed.
void webhook_drive_free(struct webhook_drive *drive);

// From now on webhooks may go to these networks beside the Internet. Any thread.
void webhook_drive_set_allow(struct webhook_drive *drive, const struct webhook_allow *allow);

// Looks soon. Never blocks. Any thread.
void webhook_drive_wake(struct webhook_drive *drive);

// Whether a URL may be given: it is one, and its host is no address that is refused; what a name
// leads to is judged at each connection. ERR_INVALID, ERR_DENIED. Any thread.
ERR_CHECKED int webhook_drive_judge(
    struct webhook_drive *drive, const char *text, struct webhook_url *out, struct err *err);

// Seals a secret for the webhook of that name, so that the drive can read it. ERR_NO_MEMORY,
// ERR_IO. Any thread.
ERR_CHECKED int webhook_drive_seal(const struct webhook_drive *drive, const struct webhook_key *key,
    struct webhook *webhook, struct err *err);

// Calls add() for each counter. Any thread.
void webhook_drive_each_counter(const struct webhook_drive *drive,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
