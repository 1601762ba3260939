// Devices that are held or pinned.
#include "server/release/release_pin.h"

#include <string.h>

#include "common/image_version.h"
#include "server/release/release_gate.h"

enum release_pin_answer release_pin_judge(
    const struct device_mark *mark, const struct image_name *image)
{
    struct image_name pin;

    if (mark->held_at_ms != 0)
        return RELEASE_PIN_HELD;
    if (mark->pin[0] == '\0')
        return RELEASE_PIN_FREE;
    if (!image_name_parse(mark->pin, strlen(mark->pin), &pin) ||
        strcmp(pin.board, image->board) != 0)
        return RELEASE_PIN_OTHER_BOARD;
    return image_version_compare(image->version, pin.version) > 0 ? RELEASE_PIN_BEYOND
                                                                  : RELEASE_PIN_FREE;
}

bool release_pin_limit(const struct device_mark *mark, const char *board, struct image_name *out)
{
    return mark->pin[0] != '\0' && image_name_parse(mark->pin, strlen(mark->pin), out) &&
           strcmp(out->board, board) == 0;
}

// What is furthest may lie beyond the pin or the gate, and something on the way there before it.
static void keep_within(struct release_pin_way *way, const struct device_mark *mark)
{
    struct image_name pin;
    const struct image_name *limit = release_gate_limit(way, way->gate);

    if (release_pin_limit(mark, way->running->board, &pin) &&
        (limit == NULL || image_version_compare(pin.version, limit->version) < 0))
        limit = &pin;
    if (limit != NULL)
        release_chain_next_within(way->members, way->n, way->running, limit, &way->next);
}

int release_pin_decide(struct store *store, const char *mac, struct release_pin_way *way,
    enum release_pin_answer *out, struct err *err)
{
    struct store_connection *connection;
    struct device_mark mark;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = mark_store_get(connection, mac, &mark, err);
    if (rc == 0)
        rc = release_gate_find(connection, mac, way, &way->gate, err);
    store_read_end(store, connection);
    if (rc < 0)
        return rc;
    keep_within(way, &mark);
    *out = release_pin_judge(&mark, &way->next->name);
    if (*out == RELEASE_PIN_FREE && release_gate_bars(way->gate, &way->next->name))
        *out = RELEASE_PIN_ROLLOUT;
    return 0;
}
