#ifndef DOWNLOAD_CONFIG_H
#define DOWNLOAD_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// What devices get as config.json: values for all, and others for single devices.
struct download_config;

ERR_CHECKED int download_config_new(struct download_config **out);
void download_config_free(struct download_config *config);

// Sets a member of the wire contract's config.json for one device, or (mac NULL) for all.
// ERR_INVALID if there is no such member or the value does not fit its type.
ERR_CHECKED int download_config_set(struct download_config *config, const char *mac,
    const char *member, const char *value, struct err *err);

// ERR_INVALID if a member that a device cannot do without is set for none: names it.
ERR_CHECKED int download_config_check(const struct download_config *config, struct err *err);

// Writes config.json for a device; the caller frees *out. ERR_NO_MEMORY.
ERR_CHECKED int download_config_render(
    const struct download_config *config, const char *mac, uint8_t **out, size_t *n);

#endif
