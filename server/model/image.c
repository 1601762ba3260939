// Images: the names of their states.
#include "server/model/image.h"

static const char *const state_names[IMAGE_STATE_COUNT] = {
    [IMAGE_ADDED] = "added",
    [IMAGE_PUBLISHED] = "published",
    [IMAGE_WITHDRAWN] = "withdrawn",
};

const char *image_state_name(enum image_state state)
{
    return (unsigned)state < IMAGE_STATE_COUNT ? state_names[state] : "unknown";
}
