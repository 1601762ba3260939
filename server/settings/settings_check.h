#ifndef SETTINGS_CHECK_H
#define SETTINGS_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"

#define SETTINGS_PATCH_SIZE_MAX 2048 // bytes of a patch's text, and of what a layer holds

// Reads the n bytes of a merge patch of config.json. The caller gives up the reference.
// ERR_INVALID, ERR_TOO_LARGE.
ERR_CHECKED int settings_check_read(const uint8_t *p, size_t n, json_t **out, struct err *err);

// Judges a patch by what devices accept (common/config_member.h), and an app's members by their
// rules (settings_schema.h), and writes it as devices read it: downloadport as a string, which
// sketches in the field want, other numbers as numbers, however they were given. A null removes
// what lower layers say of any member. The caller gives up the reference to *out, which is new.
// ERR_INVALID: a member that neither devices nor rules know, or a value that is refused; the
// message begins with the member.
ERR_CHECKED int settings_check_patch(
    const json_t *patch, const json_t *rules, json_t **out, struct err *err);

// A layer's text as it is kept; the caller frees it. ERR_TOO_LARGE, ERR_NO_MEMORY.
ERR_CHECKED int settings_check_write(const json_t *layer, char **out, struct err *err);

#endif
