#ifndef DOWNLOAD_CONFIG_H
#define DOWNLOAD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config_member.h"
#include "server/base/err.h"
#include "server/settings/settings_base.h"

// What devices get as config.json: values for all, and others for single devices.
struct download_config;

ERR_CHECKED int download_config_new(struct download_config **out);
void download_config_free(struct download_config *config);

// One line of a configuration.
struct download_config_entry {
    const char *mac; // NULL: for all
    const char *member;
    const char *value;
    int line; // for messages
};

// Sets a member of the wire contract's config.json. ERR_INVALID if there is no such member, it is
// set already, or devices would not take the value (common/config_member.h).
ERR_CHECKED int download_config_set(
    struct download_config *config, const struct download_config_entry *entry, struct err *err);

// Judges what each device gets as a whole. ERR_INVALID: a member that devices in the field cannot
// do without is set for none, the way to this server does not lead to it, or the status interval is
// longer than a silence that counts as offline. *line is that of the value, 0 if none is to blame.
// What is found right keeps a copy of the server's facts (download_config_base()).
ERR_CHECKED int download_config_check(struct download_config *config,
    const struct settings_judge_server *server, int *line, struct err *err);

// Judges the names that devices are told of a server.
struct download_config_judge {
    enum config_member_index member; // that tells them
    const char *other_server;        // as above: whose names are not judged
    int (*judge)(const char *name, void *ctx, struct err *err);
    void *ctx;
};

// Has each of them judged, until one fails: then *line is where it stands.
ERR_CHECKED int download_config_each_name(const struct download_config *config,
    const struct download_config_judge *judge, int *line, struct err *err);

// Whether a device that has the place of another (its MAC, or place) gets that one's values: it has
// none of its own, and the other one has.
bool download_config_borrows(
    const struct download_config *config, const char *mac, const char *place);

// Whether there are values for a device alone; whether there are for none.
bool download_config_has_own(const struct download_config *config, const char *mac);
bool download_config_is_common(const struct download_config *config);

// Writes config.json for a device; the caller frees *out. ERR_NO_MEMORY.
ERR_CHECKED int download_config_render(
    const struct download_config *config, const char *mac, uint8_t **out, size_t *n);

// The lowest layer of what devices get. Borrowed.
const struct settings_base *download_config_base(const struct download_config *config);

#endif
