#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/download/download_config.h"
#include "server/http/http_route.h"
#include "server/release/release.h"

// What devices download: the wire contract's files, each device its own.
struct download;

// All borrowed until download_free().
struct download_settings {
    const char *path;        // "/download", without a slash at the end; "/" alone
    const char *ca_file;     // PEM
    const char *devices_dir; // <mac>.crt and <mac>.key, PEM
    const char *images_dir;
    struct device_auth *auth;
    struct release *release;
    // Told of each answer to a device; must not block. status: HTTP; image: what was offered, or
    // "".
    void (*on_answer)(
        const char *mac, const char *file, unsigned status, const char *image, void *ctx);
    void *ctx;
};

// config is owned by the download from here on.
ERR_CHECKED int download_new(const struct download_settings *settings,
    struct download_config *config, struct download **out, struct err *err);
void download_free(struct download *download);

// Uses another config.json from now on, and owns it.
void download_set_config(struct download *download, struct download_config *config);

// As download_config_each_name(), of the config.json in use. Any thread.
ERR_CHECKED int download_each_name(struct download *download,
    const struct download_config_judge *judge, int *line, struct err *err);

// The routes, for a server whose ctx is the download.
const struct http_route *download_routes(const struct download *download);

#endif
