#ifndef DOWNLOAD_WRITE_H
#define DOWNLOAD_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/image_name.h"
#include "common/mac.h"
#include "server/ingest/event_history.h"
#include "server/model/event.h"
#include "server/model/image.h"
#include "server/store/store.h"

// What downloads change in the store.

// An answer of the download server, as struct ingest_download. A store_job's ctx; stepped_ms is
// clock_stepped_ms() at at_ms.
struct download_write {
    char mac[MAC_SIZE];
    int64_t at_ms;
    int64_t stepped_ms;
    char file[64]; // a longer name is none that a command asks for
    unsigned status;
    char image[IMAGE_NAME_SIZE];
    char sha256[IMAGE_SHA256_SIZE];
    uint64_t size, offset, bytes;
    bool received;
    int64_t began_at_ms;
    int64_t took_ms; // from then to at_ms
    struct event_history history;
};

// Adds up what arrived of a file; when that is all of it, notes an image as staged, and ends the
// command that asks for the file if the device sends no events. Refusals end it at once.
ERR_CHECKED int download_write_answer(
    struct store_connection *connection, void *ctx, struct err *err);

// What a device's event tells of the image that it has staged.
ERR_CHECKED int download_write_event(
    struct store_connection *connection, const struct event *event, struct err *err);

// The device runs another image than before: it has staged none.
ERR_CHECKED int download_write_installed(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
