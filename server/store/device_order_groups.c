// Devices in the order of their groups.
#include "server/store/device_order_groups.h"

#include <stdio.h>
#include <string.h>

#include "server/select/select_parse.h"
#include "server/store/device_groups.h"
#include "server/store/device_row.h"
#include "server/store/device_where.h"
#include "server/store/group_store.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char head[] = "SELECT " DEVICE_ROW_SELECTED " FROM devices NOT INDEXED WHERE mac > ?1";

struct paging {
    struct store_connection *connection;
    const struct device_order_wish *wish;
    struct device_groups *groups;
    int64_t left; // of the limit
};

static size_t count_groups(const struct device_groups *groups)
{
    size_t n = 0;

    while (device_groups_name(groups, n) != NULL)
        n++;
    return n;
}

// Those of the wish that are in the group; SIZE_MAX: all.
static int write_text(
    const struct paging *paging, size_t group, struct where_text *text, struct err *err)
{
    char word[GROUP_STORE_NAME_SIZE + sizeof "group="];
    struct select_tree tree;
    struct device_filter filter = {
        .trees = &tree, .tree_count = 1, .now_ms = paging->wish->filter->now_ms};
    int rc = where_text_open(text, 1, err);

    if (rc < 0)
        return rc;
    where_text_put(text, head);
    rc = device_where_put(paging->connection, paging->wish->filter, text, err);
    if (rc == 0 && group != SIZE_MAX) {
        snprintf(word, sizeof word, "group=%s", device_groups_name(paging->groups, group));
        rc = select_parse(word, &tree, err);
        if (rc == 0)
            rc = device_where_put(paging->connection, &filter, text, err);
    }
    where_text_put(text, " ORDER BY mac");

    int closed = where_text_close(text, rc == 0 ? err : NULL);

    return rc < 0 ? rc : closed;
}

// Those whose first group it is.
static int each_row(struct paging *paging, struct statement *s, size_t group, struct err *err)
{
    struct device_order_place place = {.is_known = group != SIZE_MAX};
    struct device_record device;
    size_t first;
    int rc = 0;

    if (place.is_known)
        snprintf(place.text, sizeof place.text, "%s", device_groups_name(paging->groups, group));
    while (paging->left > 0 && (rc = statement_step(s, err)) > 0) {
        rc = device_groups_next(paging->groups, statement_int(s, 0), 0, &first, err);
        if (rc < 0)
            break;
        if (first != group)
            continue;
        device_row_read(s, &device);
        memcpy(place.mac, device.mac, sizeof place.mac);
        paging->left--;
        rc = paging->wish->each(&device, &place, paging->wish->ctx);
        if (rc != 0)
            break;
    }
    return rc;
}

static int page_group(struct paging *paging, size_t group, int64_t after, struct err *err)
{
    struct where_text text = {0};
    struct statement s;
    int rc = write_text(paging, group, &text, err);

    if (rc == 0) {
        statement_open_once(&s, paging->connection, text.text);
        statement_bind_int(&s, after);
        where_text_bind(&text, &s);
        rc = each_row(paging, &s, group, err);
        statement_close(&s);
    }
    where_text_clear(&text);
    return rc;
}

// Whether a group stands before the place; *after: behind which MAC the page begins in it.
static bool is_passed(
    const struct paging *paging, size_t group, bool is_backwards, int64_t key, int64_t *after)
{
    const struct device_order_place *place = paging->wish->after;
    int order;

    *after = -1;
    if (place == NULL)
        return false;
    if (!place->is_known)
        return true;
    order = strcmp(device_groups_name(paging->groups, group), place->text);
    if (order == 0)
        *after = key;
    return is_backwards ? order > 0 : order < 0;
}

static int page_all(struct paging *paging, bool is_backwards, int64_t key, struct err *err)
{
    const struct device_order_place *place = paging->wish->after;
    size_t count = count_groups(paging->groups);
    int64_t after;
    int rc = 0;

    for (size_t i = 0; rc == 0 && paging->left > 0 && i < count; i++) {
        size_t group = is_backwards ? count - 1 - i : i;

        if (!is_passed(paging, group, is_backwards, key, &after))
            rc = page_group(paging, group, after, err);
    }
    if (rc == 0 && paging->left > 0)
        rc = page_group(paging, SIZE_MAX, place != NULL && !place->is_known ? key : -1, err);
    return rc;
}

int device_order_groups_page(struct store_connection *connection,
    const struct device_order_wish *wish, bool is_backwards, struct err *err)
{
    struct paging paging = {connection, wish, NULL, wish->limit};
    int64_t key = -1;
    int rc = wish->after != NULL ? mac_key_read(wish->after->mac, &key, err) : 0;

    if (rc == 0)
        rc = device_groups_open(connection, &paging.groups, err);
    if (rc < 0)
        return rc;
    rc = page_all(&paging, is_backwards, key, err);
    device_groups_close(paging.groups);
    return rc;
}
