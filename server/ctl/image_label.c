// What tables say of an image.
#include "server/ctl/image_label.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/keys.h"

void image_label_add_signer(struct table *table, const json_t *image)
{
    char label[KEYS_LABEL_SIZE];

    if (!field_has(image, "signer")) {
        table_add(table, TABLE_BAD, "no known key");
        return;
    }
    keys_label(json_object_get(image, "signer"), label);
    table_add(table, TABLE_PLAIN, label);
}

void image_label_add_embeds(struct table *table, const json_t *image)
{
    const json_t *embeds = json_object_get(image, "embeds");
    char text[4 * (KEYS_LABEL_SIZE + 2)] = "";
    size_t i;
    json_t *key;

    if (json_array_size(embeds) == 0) {
        table_add(table, TABLE_BAD, "unknown");
        return;
    }
    json_array_foreach((json_t *)embeds, i, key)
    {
        char label[KEYS_LABEL_SIZE];
        size_t used = strlen(text);

        keys_label(key, label);
        snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? ", " : "", label);
    }
    table_add(table, TABLE_PLAIN, text);
}

const char *image_label_state(const json_t *image)
{
    const char *state = field_text(image, "state", "-");

    return strcmp(state, "published") == 0 && strcmp(field_text(image, "channel", ""), "beta") == 0
               ? "published (beta)"
               : state;
}

void image_label_add_state(struct table *table, const json_t *image)
{
    const char *state = field_text(image, "state", "");

    table_add(table,
        strcmp(state, "published") == 0   ? TABLE_GOOD
        : strcmp(state, "withdrawn") == 0 ? TABLE_DIM
                                          : TABLE_PLAIN,
        image_label_state(image));
}

void image_label_add_rollout(struct table *table, const json_t *image)
{
    const json_t *rollout = json_object_get(image, "rollout");
    const char *state = field_text(rollout, "state", "");
    char text[128] = "";

    if (json_is_object(rollout))
        snprintf(text, sizeof text, "%s (%s)", field_text(rollout, "name", "-"), state);
    table_add(table, strcmp(state, "paused") == 0 ? TABLE_BAD : TABLE_PLAIN, text);
}
