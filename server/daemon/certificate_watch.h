#ifndef CERTIFICATE_WATCH_H
#define CERTIFICATE_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "server/api/api.h"
#include "server/base/err.h"
#include "server/daemon/config.h"
#include "server/daemon/credentials.h"
#include "server/download/download.h"
#include "server/pki/certificate_facts.h"

// When certificates end: those of the CA, the daemon, the broker, and of devices below devices_dir.
// From 30 days before on the log says so, each day.
struct certificate_watch;

// Both are borrowed; they may change between ticks.
ERR_CHECKED int certificate_watch_new(const struct config *config,
    const struct credentials *credentials, struct certificate_watch **out, struct err *err);
void certificate_watch_free(struct certificate_watch *watch);

// Tells of each good certificate in a file: the daemon's own, and those of devices. On the thread
// that ticks; before the first.
void certificate_watch_on_good(struct certificate_watch *watch,
    void (*good)(const struct certificate_facts *facts, void *ctx), void *ctx);

// Call it each second, on one thread: looks at a few devices' files each time, at all once a day;
// and at whether the broker bears the names that devices are told.
void certificate_watch_tick(struct certificate_watch *watch, struct download *download);

// Begins anew, after a reload. On the thread that ticks.
void certificate_watch_restart(struct certificate_watch *watch);

// Takes the certificate (DER) that the broker showed. Any thread.
void certificate_watch_note_broker(struct certificate_watch *watch, const uint8_t *der, size_t n);

// What is known. Any thread.
void certificate_watch_read(struct certificate_watch *watch, struct api_certificates *out);

#endif
