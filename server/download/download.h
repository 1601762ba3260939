#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/download/download_config.h"
#include "server/http/http_route.h"
#include "server/pki/key_vault.h"
#include "server/release/release.h"
#include "server/store/store.h"

// What devices download: the wire contract's files, each device its own.
struct download;

// What a device asked for and got. Texts are valid during the call.
struct download_answer {
    const char *mac;
    const char *file;  // as asked for
    unsigned status;   // of HTTP
    const char *image; // that was offered, or ""
    int64_t began_at_ms;

    // Of 200 and 206:
    const char *sha256; // of the whole file
    uint64_t size;      // of it
    uint64_t offset;    // of what was sent
    uint64_t bytes;     // of that, what arrived; at most so many if not all did
    bool received;      // all did, as far as a server can know
};

// All borrowed until download_free().
struct download_settings {
    const char *path;        // "/download", without a slash at the end; "/" alone
    const char *devices_dir; // <mac>.crt, PEM
    const char *images_dir;
    struct device_auth *auth;
    struct release *release;
    struct store *store;           // tells who has the place of another, and has keys that wait
    const struct key_vault *vault; // which opens those
    // Told of each answer to a device's GET, once it is known how it ended; must not block. Any
    // thread.
    void (*on_answer)(const struct download_answer *answer, void *ctx);
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

// A copy of the lowest layer of what devices get, for the caller to clear. ERR_NO_MEMORY. Any
// thread.
ERR_CHECKED int download_read_base(struct download *download, struct settings_base *out);

// As download_config_borrows(), of the config.json in use. Any thread.
bool download_borrows_config(struct download *download, const char *mac, const char *place);

// Calls add() for each counter of what left devices without a file. Any thread.
void download_each_counter(struct download *download,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

// The routes, for a server whose ctx is the download.
const struct http_route *download_routes(const struct download *download);

#endif
