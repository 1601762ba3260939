// config.json out of its layers.
#include "server/settings/settings_render.h"

#include <stdlib.h>
#include <string.h>

#include "common/config_member.h"
#include "server/pki/digest.h"
#include "server/settings/settings_merge.h"

#define MEMBERS_MAX 256 // of an app

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// What is left in `from`, by name.
static int move_rest(json_t *from, json_t *to)
{
    const char *names[MEMBERS_MAX];
    size_t count = 0;
    const char *name;
    const json_t *value;
    int rc = 0;

    json_object_foreach(from, name, value)
    {
        if (count == MEMBERS_MAX)
            return ERR_NO_MEMORY;
        names[count++] = name;
    }
    qsort(names, count, sizeof names[0], compare);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = json_object_set(to, names[i], json_object_get(from, names[i]));
    return rc < 0 ? ERR_NO_MEMORY : 0;
}

static int order(json_t *from, json_t *to)
{
    for (size_t i = 0; i < CONFIG_MEMBER_COUNT; i++) {
        const char *name = config_member_table[i].name;
        json_t *value = json_object_get(from, name);

        if (value == NULL)
            continue;
        if (json_object_set(to, name, value) < 0)
            return ERR_NO_MEMORY;
        (void)json_object_del(from, name);
    }
    return move_rest(from, to);
}

int settings_render_merge(
    const json_t *base, const json_t *const *patches, size_t count, json_t **out)
{
    json_t *merged = json_deep_copy(base);
    json_t *ordered = json_object();
    int rc;

    for (size_t i = 0; merged != NULL && i < count; i++) {
        json_t *next = settings_merge_patch(merged, patches[i]);

        json_decref(merged);
        merged = next;
    }
    rc = merged == NULL || ordered == NULL ? ERR_NO_MEMORY : order(merged, ordered);
    json_decref(merged);
    if (rc < 0)
        json_decref(ordered);
    else
        *out = ordered;
    return rc;
}

int settings_render_dump(const json_t *value, size_t flags, char **out, size_t *n)
{
    size_t size = json_dumpb(value, NULL, 0, flags);
    char *text = size > 0 ? malloc(size + 1) : NULL;

    if (text == NULL)
        return ERR_NO_MEMORY;
    if (json_dumpb(value, text, size, flags) != size) {
        free(text);
        return ERR_NO_MEMORY;
    }
    text[size] = '\0';
    *n = size;
    *out = text;
    return 0;
}

int settings_render_file(const json_t *effective, uint8_t **out, size_t *n)
{
    char *text;
    int rc = settings_render_dump(effective, JSON_INDENT(2), &text, n);

    if (rc == 0)
        *out = (uint8_t *)text;
    return rc;
}

void settings_render_cut_hash(const char *sha256, char out[SETTINGS_HASH_SIZE])
{
    size_t n = strnlen(sha256, SETTINGS_HASH_SIZE - 1);

    memcpy(out, sha256, n);
    out[n] = '\0';
}

void settings_render_hash(const uint8_t *p, size_t n, char out[SETTINGS_HASH_SIZE])
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];

    digest_sha256(p, n, sha256);
    settings_render_cut_hash(sha256, out);
}
