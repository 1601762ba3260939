#ifndef SETTINGS_MERGE_H
#define SETTINGS_MERGE_H

#include <jansson.h>

// JSON merge patches (RFC 7396).

#define SETTINGS_MERGE_DEPTH_MAX 8 // objects within each other, of a patch

// What a patch makes of a target, by the algorithm of section 2: a new reference. NULL without
// memory, or if the patch is deeper than that.
json_t *settings_merge_patch(const json_t *target, const json_t *patch);

// Two patches as one: applied, it does what the first and then the second do, as long as the second
// has no object where the first has another value. Nulls of either stay. As above.
json_t *settings_merge_compose(const json_t *first, const json_t *second);

#endif
