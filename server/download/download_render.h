#ifndef DOWNLOAD_RENDER_H
#define DOWNLOAD_RENDER_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/settings/settings_base.h"
#include "server/settings/settings_layers.h"
#include "server/store/store.h"

// config.json for the asking device: what the store knows of it, over the configuration file.

struct download_render {
    char mac[MAC_SIZE];
    char place[MAC_SIZE];
    struct settings_layers layers;
};

// Reads what the store knows. The caller clears *out. ERR_IO, ERR_NO_MEMORY, ERR_INVALID.
ERR_CHECKED int download_render_read(
    struct store *store, const char *mac, struct download_render *out, struct err *err);
void download_render_clear(struct download_render *render);

// Makes the file; the caller frees *out. What comes of more than the configuration file is judged
// once more, since that may have changed: ERR_INVALID, rather than to send a device away.
ERR_CHECKED int download_render_write(const struct download_render *render,
    const struct settings_base *base, uint8_t **out, size_t *n, struct err *err);

#endif
