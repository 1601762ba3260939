// Lists of images for conditions on devices.
#include "server/store/device_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_version.h"
#include "server/model/image.h"
#include "server/select/select_match.h"
#include "server/store/statement.h"

_Static_assert(IMAGE_PUBLISHED == 1, "the states are stored as these numbers");
_Static_assert(CHANNEL_BETA == 2, "so are the channels");

// From one to the next by the index, of a hundred thousand devices only as many rows as images.
static const char select_next[] =
    "SELECT image FROM devices WHERE image > ?1 ORDER BY image LIMIT 1";

static const char select_published[] = "SELECT name FROM images WHERE state = 1 AND channel <= ?1";

static const char select_beta[] =
    "SELECT 1 FROM images WHERE name = ?1 AND state = 1 AND channel = 2";

void device_images_clear(struct device_images *images)
{
    free(images->names);
    *images = (struct device_images){0};
}

static int append(struct device_images *images, const char *name, struct err *err)
{
    if (images->count == DEVICE_IMAGES_MAX)
        return err_set(err, ERR_TOO_LARGE,
            "devices run more than %d images that the filter means; give less of them",
            DEVICE_IMAGES_MAX);
    if (images->count == images->capacity) {
        size_t capacity = images->capacity > 0 ? 2 * images->capacity : 16;
        void *names = realloc(images->names, capacity * sizeof *images->names);

        if (names == NULL)
            return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
        images->names = names;
        images->capacity = capacity;
    }
    snprintf(images->names[images->count++], IMAGE_NAME_SIZE, "%s", name);
    return 0;
}

static bool has(const struct device_images *images, const char *name)
{
    size_t i = 0;

    while (i < images->count && strcmp(images->names[i], name) != 0)
        i++;
    return i < images->count;
}

bool device_images_equal(const struct device_images *a, const struct device_images *b)
{
    size_t i = 0;

    while (i < a->count && has(b, a->names[i]))
        i++;
    return a->count == b->count && i == a->count;
}

static bool parse(const char *text, struct image_name *out)
{
    if (image_name_parse(text, strlen(text), out))
        return true;
    memset(out, 0, sizeof *out);
    return false;
}

// Writes the next of the images that devices run, in order. 1, 0 if there is none, or an error.
static int next_running(
    struct store_connection *connection, char name[IMAGE_NAME_SIZE], struct err *err)
{
    char before[IMAGE_NAME_SIZE];
    struct statement s;

    memcpy(before, name, sizeof before);
    statement_open(&s, connection, select_next);
    statement_bind_text(&s, before);

    int rc = statement_step(&s, err);

    if (rc > 0)
        statement_text(&s, 0, name, IMAGE_NAME_SIZE);
    statement_close(&s);
    return rc;
}

int device_images_of_board(struct store_connection *connection, const char *board, bool is_pattern,
    struct device_images *out, struct err *err)
{
    char text[IMAGE_NAME_SIZE] = "";
    int rc = 1; // begins with devices that have told none

    while (rc > 0) {
        struct image_name name;

        (void)parse(text, &name);
        if (is_pattern ? select_match(board, name.board) : strcmp(board, name.board) == 0)
            rc = append(out, text, err);
        if (rc >= 0)
            rc = next_running(connection, text, err);
    }
    return rc;
}

// The place of the board's image; count if there is none.
static size_t find_board(const struct device_images *images, const char *board)
{
    size_t i = 0;

    for (; i < images->count; i++) {
        struct image_name name;

        if (parse(images->names[i], &name) && strcmp(name.board, board) == 0)
            break;
    }
    return i;
}

// The newest of each board stays.
static int keep_newest(struct device_images *images, const char *text, struct err *err)
{
    struct image_name name;
    struct image_name other;

    if (!parse(text, &name))
        return 0;

    size_t i = find_board(images, name.board);

    if (i == images->count)
        return append(images, text, err);
    if (parse(images->names[i], &other) && image_version_compare(other.version, name.version) < 0)
        snprintf(images->names[i], IMAGE_NAME_SIZE, "%s", text);
    return 0;
}

int device_images_latest(struct store_connection *connection, enum channel channel,
    struct device_images *out, struct err *err)
{
    struct statement s;
    char name[IMAGE_NAME_SIZE];
    int rc;

    statement_open(&s, connection, select_published);
    statement_bind_int(&s, channel);
    while ((rc = statement_step(&s, err)) > 0) {
        statement_text(&s, 0, name, sizeof name);
        rc = keep_newest(out, name, err);
        if (rc < 0)
            break;
    }
    statement_close(&s);
    return rc;
}

// 1 if it is published in beta, 0 if not, or an error.
static int is_beta(struct store_connection *connection, const char *name, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_beta);
    statement_bind_text(&s, name);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

// The image that devices run, if they could have the latest instead.
static int keep_outdated(struct store_connection *connection, const char *text, const char *latest,
    struct device_images *out, struct err *err)
{
    struct image_name name;
    struct image_name other;
    int ahead = 0;

    if (strcmp(latest, text) == 0)
        return 0;
    if (parse(text, &name) && parse(latest, &other) &&
        image_version_compare(name.version, other.version) > 0)
        ahead = is_beta(connection, text, err);
    return ahead != 0 ? (ahead < 0 ? ahead : 0) : append(out, text, err);
}

int device_images_outdated(struct store_connection *connection, enum channel channel,
    struct device_images *out, struct err *err)
{
    struct device_images latest = {0};
    char text[IMAGE_NAME_SIZE] = "";
    int rc = device_images_latest(connection, channel, &latest, err);

    while (rc == 0) {
        struct image_name name;
        int more = next_running(connection, text, err);

        if (more <= 0) {
            rc = more;
            break;
        }
        if (!parse(text, &name))
            continue;

        size_t i = find_board(&latest, name.board);

        if (i < latest.count)
            rc = keep_outdated(connection, text, latest.names[i], out, err);
    }
    device_images_clear(&latest);
    return rc;
}
