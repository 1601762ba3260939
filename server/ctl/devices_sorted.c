// Sorted lists of devices.
#include "server/ctl/devices_sorted.h"

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/mac_set.h"

static bool is_new(const json_t *row, void *seen)
{
    return mac_set_add(seen, field_text(row, "mac", "")) != 0; // without memory it is shown
}

static int count(
    const struct subcommand_call *call, const struct url *url, size_t *out, struct err *err)
{
    struct client_request request = {.method = "GET", .path = url_text(url)};
    struct client *client = NULL;
    json_t *answer = NULL;
    int rc = request.path != NULL ? client_open(call->target, &client, err)
                                  : err_set(err, ERR_NO_MEMORY, "no memory for a list");

    if (rc == 0)
        rc = client_call(client, &request, &answer, err);
    if (rc == 0)
        *out = (size_t)field_integer(answer, "count", 0);
    json_decref(answer);
    client_close(client);
    return rc;
}

static int show(struct pages_table *table, const struct subcommand_call *call,
    const struct devices_sorted *lists, const struct mac_set *seen, struct err *err)
{
    size_t there = 0;
    int rc = pages_table_show(table, lists->sorted, err);

    if (rc != SUBCOMMAND_OK || pages_table_is_full(table))
        return rc;
    rc = count(call, lists->count, &there, err);
    if (rc == 0 && there > seen->count)
        rc = pages_table_show(table, lists->plain, err);
    return rc;
}

int devices_sorted_show(const struct subcommand_call *call, const struct devices_sorted *lists,
    int64_t max, const struct pages_view *view, struct err *err)
{
    struct mac_set seen = {0};
    struct pages_view once = *view;
    struct pages_table *table;
    int rc = ERR_NO_MEMORY;

    once.is_wanted = is_new;
    once.wanted = &seen;
    table = pages_table_new(call, max, &once);
    if (table != NULL)
        rc = show(table, call, lists, &seen, err);
    else
        err_set(err, rc, "no memory for a list");
    pages_table_free(table);
    mac_set_clear(&seen);
    return rc;
}
