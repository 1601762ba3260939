#ifndef HOMEASSISTANT_TEXT_H
#define HOMEASSISTANT_TEXT_H

#include <stddef.h>

#include <jansson.h>

#include "server/base/err.h"

// JSON of which a part may be missing: the first failure is kept in *rc.

void homeassistant_text_put(json_t *object, const char *member, json_t *value, int *rc);
// A text that is NULL or "" is left out.
void homeassistant_text_set(json_t *object, const char *member, const char *value, int *rc);

// Writes an object as text, unless something failed, and gives it up. The caller frees it.
// ERR_NO_MEMORY; rc.
ERR_CHECKED int homeassistant_text_end(json_t *object, int rc, char **out, size_t *n);

#endif
