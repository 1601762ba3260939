// JSON merge patches.
#include "server/settings/settings_merge.h"

#include <stdbool.h>
#include <stdint.h>

// Where a patch is being applied: an object of the target, and what is left of the patch's.
struct place {
    json_t *target;
    json_t *patch;
    void *at; // NULL: nothing
};

struct merge {
    bool keeps_nulls; // else they remove
    size_t depth;
    struct place places[SETTINGS_MERGE_DEPTH_MAX];
};

static int enter(struct merge *merge, json_t *target, json_t *patch)
{
    if (target == NULL || merge->depth == SETTINGS_MERGE_DEPTH_MAX)
        return -1;
    merge->places[merge->depth++] = (struct place){target, patch, json_object_iter(patch)};
    return 0;
}

static int enter_member(struct merge *merge, json_t *target, const char *name, json_t *patch)
{
    json_t *inner = json_object_get(target, name);

    if (!json_is_object(inner) && json_object_set_new(target, name, json_object()) < 0)
        return -1;
    return enter(merge, json_object_get(target, name), patch);
}

static int take_member(struct merge *merge, struct place *place)
{
    const char *name = json_object_iter_key(place->at);
    json_t *value = json_object_iter_value(place->at);

    place->at = json_object_iter_next(place->patch, place->at);
    if (json_is_object(value))
        return enter_member(merge, place->target, name, value);
    if (!json_is_null(value) || merge->keeps_nulls)
        return json_object_set_new(place->target, name, json_deep_copy(value));
    (void)json_object_del(place->target, name); // it need not be there
    return 0;
}

static json_t *run(const json_t *target, const json_t *patch, bool keeps_nulls)
{
    struct merge merge = {.keeps_nulls = keeps_nulls};
    json_t *whole;
    int rc;

    if (!json_is_object(patch))
        return json_deep_copy(patch);
    whole = json_is_object(target) ? json_deep_copy(target) : json_object();
    rc = enter(&merge, whole, (json_t *)(uintptr_t)patch);
    while (rc == 0 && merge.depth > 0) {
        struct place *place = &merge.places[merge.depth - 1];

        if (place->at == NULL)
            merge.depth--;
        else
            rc = take_member(&merge, place);
    }
    if (rc == 0)
        return whole;
    json_decref(whole);
    return NULL;
}

json_t *settings_merge_patch(const json_t *target, const json_t *patch)
{
    return run(target, patch, false);
}

json_t *settings_merge_compose(const json_t *first, const json_t *second)
{
    return run(first, second, true);
}
