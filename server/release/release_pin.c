// Devices that are held or pinned.
#include "server/release/release_pin.h"

#include <string.h>

#include "common/image_version.h"

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

int release_pin_decide(struct store *store, const char *mac, const struct image_name *image,
    enum release_pin_answer *out, struct err *err)
{
    struct store_connection *connection;
    struct device_mark mark;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = mark_store_get(connection, mac, &mark, err);
    store_read_end(store, connection);
    if (rc == 0)
        *out = release_pin_judge(&mark, image);
    return rc;
}
