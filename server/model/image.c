// Images: the names of their states and layouts.
#include "server/model/image.h"

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
