#ifndef SETTINGS_RENDER_H
#define SETTINGS_RENDER_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"

// Makes a config.json out of its layers.

#define SETTINGS_HASH_SIZE 17 // with the NUL

// What the layers come to: merge patches over the base, each over those before it. Members are in
// the contract's order, an app's behind them by name. The caller gives up the reference.
// ERR_NO_MEMORY, also for a patch that is too deep (settings_merge.h).
ERR_CHECKED int settings_render_merge(
    const json_t *base, const json_t *const *patches, size_t count, json_t **out);

// The bytes of the file; the caller frees *out. ERR_NO_MEMORY.
ERR_CHECKED int settings_render_file(const json_t *effective, uint8_t **out, size_t *n);

// The text of a value by jansson's flags, n bytes with a NUL behind them; the caller frees *out.
// ERR_NO_MEMORY: json_dumps() may leave out a part then.
ERR_CHECKED int settings_render_dump(const json_t *value, size_t flags, char **out, size_t *n);

// By what a device says which config.json it runs: the first 16 hex digits of the SHA-256 of the
// file's bytes; of a SHA-256 as text, and of the bytes.
void settings_render_cut_hash(const char *sha256, char out[SETTINGS_HASH_SIZE]);
void settings_render_hash(const uint8_t *p, size_t n, char out[SETTINGS_HASH_SIZE]);

#endif
