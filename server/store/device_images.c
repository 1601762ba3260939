// Lists of images for conditions on devices.
#include "server/store/device_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/select/select_match.h"
#include "server/store/statement.h"

// From one to the next by the index, of a hundred thousand devices only as many rows as images.
static const char select_next[] =
    "SELECT image FROM devices WHERE image > ?1 ORDER BY image LIMIT 1";

void device_images_clear(struct device_images *images)
{
    free(images->names);
    *images = (struct device_images){0};
}

int device_images_append(struct device_images *images, const char *name, struct err *err)
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

int device_images_next(
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
            rc = device_images_append(out, text, err);
        if (rc >= 0)
            rc = device_images_next(connection, text, err);
    }
    return rc;
}
