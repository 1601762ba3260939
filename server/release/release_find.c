// Looks things up in the catalogue.
#include "server/release/release_find.h"

#include <string.h>

size_t release_find_board(
    const struct release_catalogue *catalogue, const char *board, size_t *first)
{
    size_t n = 0;

    *first = 0;
    for (size_t i = 0; i < catalogue->member_count; i++) {
        if (strcmp(catalogue->members[i].image.name.board, board) != 0)
            continue;
        if (n++ == 0)
            *first = i;
    }
    return n;
}

const struct release_member *release_find_channel(
    const struct release_catalogue *catalogue, enum channel channel)
{
    return channel != CHANNEL_BETA && catalogue->stable != NULL ? catalogue->stable
                                                                : catalogue->members;
}

const struct release_member *release_find_member(
    const struct release_catalogue *catalogue, const char *name, struct err *err)
{
    for (size_t i = 0; i < catalogue->member_count; i++) {
        if (strcmp(catalogue->members[i].image.name.text, name) == 0)
            return &catalogue->members[i];
    }
    err_set(err, ERR_NOT_FOUND, "no image %s; 'secureesp images list' shows those that were added",
        name);
    return NULL;
}

const struct image *release_find_image(const struct release_catalogue *catalogue, const char *name)
{
    const struct release_member *member = release_find_member(catalogue, name, NULL);

    return member != NULL ? &member->image : NULL;
}

const char *release_find_key_name(const struct release_catalogue *catalogue, const char *key_id)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        if (strcmp(catalogue->keys[i].id, key_id) == 0)
            return catalogue->keys[i].name;
    }
    return NULL;
}
