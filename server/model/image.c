// Images: the names of their states and layouts.
#include "server/model/image.h"

#include <string.h>

static const char *const state_names[IMAGE_STATE_COUNT] = {
    [IMAGE_ADDED] = "added",
    [IMAGE_PUBLISHED] = "published",
    [IMAGE_WITHDRAWN] = "withdrawn",
};

static const char *const layout_names[IMAGE_LAYOUT_COUNT] = {
    [IMAGE_LAYOUT_SKETCH] = "sketch",
    [IMAGE_LAYOUT_SDK] = "sdk",
};

const char *image_state_name(enum image_state state)
{
    return (unsigned)state < IMAGE_STATE_COUNT ? state_names[state] : "unknown";
}

const char *image_layout_name(enum image_layout layout)
{
    return (unsigned)layout < IMAGE_LAYOUT_COUNT ? layout_names[layout] : NULL;
}

bool image_is_same(const struct image *a, const struct image *b)
{
    if (strcmp(a->name.text, b->name.text) != 0 || strcmp(a->sha256, b->sha256) != 0 ||
        a->embeds_count != b->embeds_count)
        return false;
    for (size_t i = 0; i < a->embeds_count; i++) {
        if (strcmp(a->embeds[i], b->embeds[i]) != 0)
            return false;
    }
    return true;
}
