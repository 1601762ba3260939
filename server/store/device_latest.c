// The newest images that are there for devices.
#include "server/store/device_latest.h"

#include <stdlib.h>
#include <string.h>

#include "common/image_version.h"
#include "server/model/image.h"
#include "server/store/rollout_store.h"
#include "server/store/statement.h"

_Static_assert(IMAGE_PUBLISHED == 1, "the states are stored as these numbers");
_Static_assert(CHANNEL_BETA == 2, "so are the channels");

static const char select_published[] = "SELECT name FROM images WHERE state = 1 AND channel <= ?1";

static const char select_beta[] =
    "SELECT 1 FROM images WHERE name = ?1 AND state = 1 AND channel = 2";

struct name_list {
    struct image_name *names;
    size_t count, capacity;
};

// What there is to go by.
struct search {
    struct name_list published, gates;
    struct device_latest *out;
    struct err *err;
};

void device_latest_clear(struct device_latest *latest)
{
    device_images_clear(&latest->always);
    device_images_clear(&latest->some);
    device_images_clear(&latest->bounds);
    device_images_clear(&latest->gates);
}

// What is no image's name is passed over.
static int add_name(struct name_list *list, const char *text, struct err *err)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 16;
        void *names = realloc(list->names, capacity * sizeof *list->names);

        if (names == NULL)
            return err_set(err, ERR_NO_MEMORY, "no memory for a filter");
        list->names = names;
        list->capacity = capacity;
    }
    if (image_name_parse(text, strlen(text), &list->names[list->count]))
        list->count++;
    return 0;
}

static int read_published(struct store_connection *connection, enum channel channel,
    struct name_list *list, struct err *err)
{
    struct statement s;
    char name[IMAGE_NAME_SIZE];
    int rc = 0;

    statement_open(&s, connection, select_published);
    statement_bind_int(&s, channel);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, name, sizeof name);
        rc = add_name(list, name, err);
    }
    return rc;
}

static int add_gate(const struct rollout_use *use, void *ctx)
{
    struct search *search = ctx;

    if (!use->is_gated)
        return 0;

    int rc = add_name(&search->gates, use->image, search->err);

    return rc < 0 ? rc : device_images_append(&search->out->gates, use->image, search->err);
}

static int begin(struct search *search, struct store_connection *connection, enum channel channel)
{
    int rc = read_published(connection, channel, &search->published, search->err);

    return rc < 0 ? rc : rollout_store_each_use(connection, add_gate, search, search->err);
}

static void end(struct search *search)
{
    free(search->published.names);
    free(search->gates.names);
}

static bool is_behind(const struct image_name *a, const struct image_name *b)
{
    return strcmp(a->board, b->board) == 0 && image_version_compare(a->version, b->version) > 0;
}

// The first gate behind an image, or NULL.
static const struct image_name *next_gate(
    const struct search *search, const struct image_name *image)
{
    const struct image_name *next = NULL;

    for (size_t i = 0; i < search->gates.count; i++) {
        const struct image_name *gate = &search->gates.names[i];

        if (is_behind(gate, image) && (next == NULL || is_behind(next, gate)))
            next = gate;
    }
    return next;
}

// The newest of a board that lies before the gate (NULL: of all), or NULL.
static const struct image_name *newest_before(
    const struct search *search, const char *board, const struct image_name *gate)
{
    const struct image_name *newest = NULL;

    for (size_t i = 0; i < search->published.count; i++) {
        const struct image_name *image = &search->published.names[i];

        if (strcmp(image->board, board) == 0 && (gate == NULL || is_behind(gate, image)) &&
            (newest == NULL || is_behind(image, newest)))
            newest = image;
    }
    return newest;
}

static int mean(
    struct search *search, const struct image_name *image, const struct image_name *bound)
{
    struct device_latest *out = search->out;
    struct err *err = search->err;

    if (bound == NULL)
        return device_images_append(&out->always, image->text, err);

    int rc = device_images_append(&out->some, image->text, err);

    return rc < 0 ? rc : device_images_append(&out->bounds, bound->text, err);
}

// It is the newest for who is stopped by one of the gates up to the last before which nothing newer
// is published.
static int keep_latest(struct search *search, const struct image_name *image)
{
    const struct image_name *last = NULL;
    const struct image_name *gate = image;

    do {
        gate = next_gate(search, gate);
        if (newest_before(search, image->board, gate) != image)
            return last != NULL ? mean(search, image, last) : 0;
        last = gate;
    } while (gate != NULL);
    return mean(search, image, NULL);
}

int device_latest_read(struct store_connection *connection, enum channel channel,
    struct device_latest *out, struct err *err)
{
    struct search search = {.out = out, .err = err};
    int rc = begin(&search, connection, channel);

    out->is_held = true;
    for (size_t i = 0; rc == 0 && i < search.published.count; i++)
        rc = keep_latest(&search, &search.published.names[i]);
    end(&search);
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

// 1 if who runs the image could have the latest instead, 0 if not, or an error.
static int is_outdated(struct store_connection *connection, const struct image_name *image,
    const struct image_name *latest, struct err *err)
{
    if (latest == NULL || strcmp(latest->text, image->text) == 0)
        return 0;
    if (!is_behind(image, latest))
        return 1;

    int ahead = is_beta(connection, image->text, err);

    return ahead < 0 ? ahead : ahead == 0;
}

// It is outdated for who has passed all gates before the first newer image.
static int keep_outdated(
    struct search *search, struct store_connection *connection, const struct image_name *image)
{
    const struct image_name *passed = NULL;
    const struct image_name *gate = image;

    do {
        gate = next_gate(search, gate);

        int rc =
            is_outdated(connection, image, newest_before(search, image->board, gate), search->err);

        if (rc != 0)
            return rc < 0 ? rc : mean(search, image, passed);
        passed = gate;
    } while (gate != NULL);
    return 0;
}

int device_latest_read_outdated(struct store_connection *connection, enum channel channel,
    struct device_latest *out, struct err *err)
{
    struct search search = {.out = out, .err = err};
    char text[IMAGE_NAME_SIZE] = "";
    int rc = begin(&search, connection, channel);

    while (rc == 0) {
        struct image_name name;
        int more = device_images_next(connection, text, err);

        if (more <= 0) {
            rc = more;
            break;
        }
        if (image_name_parse(text, strlen(text), &name))
            rc = keep_outdated(&search, connection, &name);
    }
    end(&search);
    return rc;
}

bool device_latest_equal(const struct device_latest *a, const struct device_latest *b)
{
    return a->some.count == 0 && b->some.count == 0 && device_images_equal(&a->always, &b->always);
}

// That rollouts have reached the device with all that is gated between the two.
static void put_reached(struct where_text *text, const struct device_images *gates,
    const char *image, const char *bound)
{
    struct image_name from;
    struct image_name to;
    struct image_name gate;

    if (!image_name_parse(image, strlen(image), &from) ||
        !image_name_parse(bound, strlen(bound), &to))
        return;
    where_text_put(text, "(1 = 1");
    for (size_t i = 0; i < gates->count; i++) {
        const char *name = gates->names[i];

        if (!image_name_parse(name, strlen(name), &gate) || !is_behind(&gate, &from) ||
            is_behind(&gate, &to))
            continue;
        where_text_put(text, " AND EXISTS (" ROLLOUT_STORE_REACHED("devices.mac"));
        where_text_put_text(text, name);
        where_text_put(text, ")");
    }
    where_text_put(text, ")");
}

void device_latest_put(const struct device_latest *latest, struct where_text *text)
{
    where_text_put(text, "(");
    where_text_put_images(text, &latest->always);
    for (size_t i = 0; i < latest->some.count; i++) {
        const char *image = latest->some.names[i];

        where_text_put(text, " OR (image = ");
        where_text_put_text(text, image);
        where_text_put(text, latest->is_held ? " AND NOT " : " AND ");
        put_reached(text, &latest->gates, image, latest->bounds.names[i]);
        where_text_put(text, ")");
    }
    where_text_put(text, ")");
}
