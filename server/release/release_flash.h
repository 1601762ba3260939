#ifndef RELEASE_FLASH_H
#define RELEASE_FLASH_H

#include "server/model/command.h"
#include "server/model/device_record.h"
#include "server/release/release.h"
#include "server/store/download_store.h"
#include "server/store/mark_store.h"

// Whether a device that is told to install its download installs what it should.

struct release_flash_device {
    const struct device_record *device;
    const struct download_store_staged *staged; // what it has downloaded; NULL: nothing is known
    const struct device_mark *mark;             // what an operator has said of it
    enum channel channel;                       // that it follows
};

// Decides, purely. A device of ours compares the verdict's image with what it has; a sketch
// installs whatever it has, so it is held back unless that is known, published in its channel,
// verified by what it runs, neither behind an image that must be passed through, nor a dead end,
// nor beyond its pin.
void release_flash_judge(const struct release_catalogue *catalogue,
    const struct release_flash_device *asked, struct command_verdict *out);

// The same, by what the store knows of the device; ctx is the struct release. ERR_NOT_FOUND if it
// knows none. As struct command_dispatch_settings wants it.
ERR_CHECKED int release_flash_decide(struct store_connection *connection, const char *mac,
    struct command_verdict *out, void *ctx, struct err *err);

#endif
