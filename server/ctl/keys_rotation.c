// How far boards are on their way from one signing key to another.
#include "server/ctl/keys_rotation.h"

#include <string.h>

#include "server/ctl/field.h"

static bool is_key(const json_t *key, const char *id)
{
    return strcmp(field_text(key, "id", ""), id) == 0;
}

static bool embeds(const json_t *image, const char *id)
{
    size_t i;
    json_t *key;

    json_array_foreach(json_object_get(image, "embeds"), i, key)
    {
        if (is_key(key, id))
            return true;
    }
    return false;
}

static bool is_in_state(const json_t *image, const char *state)
{
    return strcmp(field_text(image, "state", ""), state) == 0;
}

const char *keys_rotation_stage_name(enum keys_rotation_stage stage)
{
    static const char *const names[] = {
        [KEYS_ROTATION_EMBED] = "embed",
        [KEYS_ROTATION_SIGN] = "sign",
        [KEYS_ROTATION_MOVE] = "move",
        [KEYS_ROTATION_DONE] = "done",
    };

    return names[stage];
}

static enum keys_rotation_stage judge_stage(const json_t *newest, const char *key, int64_t behind)
{
    if (!embeds(newest, key))
        return KEYS_ROTATION_EMBED;
    if (!is_key(json_object_get(newest, "signer"), key))
        return KEYS_ROTATION_SIGN;
    return behind > 0 ? KEYS_ROTATION_MOVE : KEYS_ROTATION_DONE;
}

// Why an image is not the one that is to follow the newest.
static const char *find_flaw(const json_t *newest, const json_t *image, const char *key)
{
    const json_t *signer = json_object_get(image, "signer");

    if (!embeds(newest, field_text(signer, "id", "")))
        return "devices cannot verify it";
    if (!embeds(image, key))
        return "it does not embed the new key";
    if (embeds(newest, key) && !is_key(signer, key))
        return "it is not signed with the new key, although it could be";
    return NULL;
}

static void describe(
    const json_t *newest, const json_t *candidate, const char *key, struct keys_rotation *out)
{
    out->newest = field_text(newest, "name", "");
    out->stage = judge_stage(newest, key, out->behind);
    keys_label(json_object_get(newest, "signer"), out->signer);
    keys_label(json_array_get(json_object_get(newest, "embeds"), 0), out->next_signer);
    if (candidate == NULL)
        return;
    out->candidate = field_text(candidate, "name", "");
    out->flaw = find_flaw(newest, candidate, key);
}

bool keys_rotation_next(
    const json_t *images, const char *key, size_t *at, struct keys_rotation *out)
{
    const json_t *image;

    while ((image = json_array_get(images, *at)) != NULL) {
        const char *board = field_text(image, "board", "");
        const json_t *newest = NULL;
        const json_t *candidate = NULL;

        *out = (struct keys_rotation){.board = board};
        for (; image != NULL && strcmp(field_text(image, "board", ""), board) == 0;
             image = json_array_get(images, ++*at)) {
            if (!embeds(image, key))
                out->behind += field_integer(image, "devices", 0);
            if (is_in_state(image, "published")) {
                newest = image;
                candidate = NULL;
            } else if (is_in_state(image, "added")) {
                candidate = image;
            }
        }
        if (newest == NULL)
            continue;
        describe(newest, candidate, key, out);
        return true;
    }
    return false;
}
