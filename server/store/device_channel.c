// Which channel devices follow.
#include "server/store/device_channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/select/select_parse.h"
#include "server/store/device_where.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_groups[] =
    "SELECT name, channel FROM device_groups WHERE channel > 0 ORDER BY channel, name";

// Whether anybody may follow beta: what follows looks at every device.
static const char select_any[] =
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM device_marks WHERE channel = 2)"
    " OR EXISTS (SELECT 1 FROM device_groups WHERE channel = 2)";

static const struct device_where_frame one_frame = {
    .head = "SELECT 1 FROM devices WHERE mac = ?1", .tail = "", .parameters = 1};

static const struct device_where_frame image_frame = {
    .head = "SELECT image, count(*) FROM devices WHERE 1 = 1", .tail = " GROUP BY image"};

// 1 if the device is in the group, 0 if not, or an error.
static int is_in(
    struct store_connection *connection, const char *mac, const char *group, struct err *err)
{
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1, .now_ms = clock_now_ms()};
    char text[GROUP_STORE_NAME_SIZE + sizeof "group="];
    struct device_where *where = NULL;
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    snprintf(text, sizeof text, "group=%s", group);
    if (rc == 0)
        rc = select_parse(text, &tree, err);
    if (rc == 0)
        rc = device_where_new(connection, &filter, &one_frame, &where, err);
    if (rc < 0)
        return rc;
    device_where_open(where, &s, connection);
    statement_bind_int(&s, key);
    device_where_bind(where, &s);
    rc = statement_step(&s, err);
    statement_close(&s);
    device_where_free(where);
    return rc;
}

int device_channel_get(struct store_connection *connection, const char *mac,
    const struct device_mark *mark, struct device_channel *out, struct err *err)
{
    struct device_channel found = {.channel = CHANNEL_STABLE};
    struct statement s;
    int rc = 0;

    if (mark->channel != CHANNEL_NONE) {
        *out = (struct device_channel){.channel = mark->channel, .is_own = true};
        return 0;
    }
    statement_open(&s, connection, select_groups);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, found.group, sizeof found.group);
        found.channel = channel_from(statement_int(&s, 1));
        rc = is_in(connection, mac, found.group, err);
    }
    if (rc < 0)
        return rc;
    *out = rc > 0 ? found : (struct device_channel){.channel = CHANNEL_STABLE};
    return 0;
}

// 1 if anybody may, 0 if not, or an error.
static int may_any(struct store_connection *connection, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_any);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

int device_channel_each_beta(struct store_connection *connection,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err)
{
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1, .now_ms = clock_now_ms()};
    char image[IMAGE_NAME_SIZE];
    struct device_where *where = NULL;
    struct statement s;
    int rc = may_any(connection, err);

    if (rc <= 0)
        return rc;
    rc = select_parse("channel=beta", &tree, err);
    if (rc == 0)
        rc = device_where_new(connection, &filter, &image_frame, &where, err);
    if (rc < 0)
        return rc;
    device_where_open(where, &s, connection);
    device_where_bind(where, &s);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, image, sizeof image);
        rc = each(image, statement_int(&s, 1), ctx);
    }
    device_where_free(where);
    return rc;
}
