#ifndef TEST_UNIT_SERVER_RELEASE_CHAIN_ROWS_H
#define TEST_UNIT_SERVER_RELEASE_CHAIN_ROWS_H

// Chains as the tests write them down.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/release/release_channel.h"
#include "server/release/release_check.h"

#define BOARD "BOARD-"

// An image in one line: version, state, the key that signed it and the keys it embeds, as letters.
struct row {
    const char *version;
    enum image_state state;
    const char *signer;
    const char *embeds;
    int64_t devices;
};

static inline size_t make(const struct row *rows, struct release_member *members)
{
    size_t n = 0;

    for (; rows[n].version != NULL; n++) {
        struct release_member *member = &members[n];
        char name[IMAGE_NAME_SIZE];

        memset(member, 0, sizeof *member);
        snprintf(name, sizeof name, BOARD "%s", rows[n].version);
        assert_true(image_name_parse(name, strlen(name), &member->image.name));
        member->image.state = rows[n].state;
        member->devices = rows[n].devices;
        memcpy(member->image.signer, rows[n].signer, strlen(rows[n].signer));
        for (const char *key = rows[n].embeds; *key != '\0'; key++)
            member->image.embeds[member->image.embeds_count++][0] = *key;
    }
    qsort(members, n, sizeof *members, release_chain_compare);
    return n;
}

// Whether members[index] may get that state.
static inline int check_state(const struct release_member *members, size_t n, size_t index,
    enum image_state state, struct err *err)
{
    struct image wish = members[index].image;
    int rc = state == IMAGE_PUBLISHED ? release_check_layout(members, n, index, err) : 0;

    wish.state = state;
    return rc < 0 ? rc : release_channel_check_image(members, n, index, &wish, err);
}

#define P IMAGE_PUBLISHED
#define A IMAGE_ADDED
#define W IMAGE_WITHDRAWN

#endif
