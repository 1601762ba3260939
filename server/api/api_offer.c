// What a device is offered, or why nothing.
#include "server/api/api_offer.h"

#include <string.h>

#include "server/api/api_json.h"
#include "server/release/release_next.h"

static const char *const answers[] = {
    [RELEASE_CURRENT] = "newest",
    [RELEASE_UNKNOWN_IMAGE] = "unknown-image",
    [RELEASE_STRANDED] = "key",
    [RELEASE_OTHER_LAYOUT] = "layout",
};

static const char *const pins[] = {
    [RELEASE_PIN_HELD] = "held",
    [RELEASE_PIN_BEYOND] = "pin",
    [RELEASE_PIN_OTHER_BOARD] = "pin",
    [RELEASE_PIN_ROLLOUT] = "rollout",
};

// Why nothing is offered, or NULL.
static const char *reason(const struct release_next *next)
{
    return next->answer != RELEASE_NEXT ? answers[next->answer] : pins[next->pin];
}

static json_t *describe(const struct release_next *next)
{
    const char *why = reason(next);
    json_t *image = next->image != NULL ? json_string(next->image->name.text) : json_null();
    json_t *object = json_object();

    api_json_set(&object, "image", why == NULL ? json_incref(image) : json_null());
    api_json_set(&object, "next", image);
    api_json_set(&object, "reason", api_json_text(why));
    api_json_set(&object, "rollout", api_json_text(next->rollout));
    return object;
}

int api_offer_add_to(const struct api *api, const char *mac, json_t **object, struct err *err)
{
    const char *text = json_string_value(json_object_get(*object, "image"));
    const struct release_catalogue *catalogue = release_hold(api->release);
    struct image_name running;
    struct release_follow follow = {.catalogue = catalogue, .mac = mac, .running = &running};
    struct release_next next = {.answer = RELEASE_UNKNOWN_IMAGE};
    int rc = 0;

    if (text != NULL && image_name_parse(text, strlen(text), &running))
        rc = release_next_find(api->store, &follow, &next, err);
    if (follow.n == 0)
        next.answer = RELEASE_UNKNOWN_IMAGE; // nor its board
    if (rc == 0)
        api_json_set(object, "offer", describe(&next));
    release_drop(api->release, catalogue);
    return rc;
}
