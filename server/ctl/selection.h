#ifndef SELECTION_H
#define SELECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/client.h"
#include "server/ctl/options.h"

// Which devices a subcommand means: --filter, --group, --outdated, --failed, --drifted.

// Whether any of these is given.
bool selection_is_given(const struct options *options);

// What is given as an array of filters, all of which a device must meet; that of a group is asked
// for. The caller gives up the reference. ERR_NOT_FOUND, ERR_INVALID, the client's errors.
ERR_CHECKED int selection_read(
    const struct options *options, struct client *client, json_t **filters, struct err *err);

// How many devices meet these, and one more filter ("": none).
ERR_CHECKED int selection_count(struct client *client, const json_t *filters, const char *more,
    int64_t *count, struct err *err);

// How many devices that path of /api/v1/devices/count counts.
ERR_CHECKED int selection_count_at(
    struct client *client, const char *path, int64_t *count, struct err *err);

#endif
