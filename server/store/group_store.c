// Groups in the database.
#include "server/store/group_store.h"

#include "server/store/statement.h"

#define COLUMNS "name, filter, set_by, set_at_ms, channel"

static const char select_one[] = "SELECT " COLUMNS " FROM device_groups WHERE name = ?1";

static const char select_all[] = "SELECT " COLUMNS " FROM device_groups ORDER BY name";

static const char upsert[] =
    "INSERT INTO device_groups (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (name) DO UPDATE SET filter = excluded.filter, set_by = excluded.set_by,"
    " set_at_ms = excluded.set_at_ms, channel = excluded.channel";

static const char delete_one[] = "DELETE FROM device_groups WHERE name = ?1";

static void read_row(struct statement *s, struct device_group *out)
{
    statement_text(s, 0, out->name, sizeof out->name);
    statement_text(s, 1, out->filter, sizeof out->filter);
    statement_text(s, 2, out->set_by, sizeof out->set_by);
    out->set_at_ms = statement_int(s, 3);
    out->channel = channel_from(statement_int(s, 4));
}

int group_store_get(struct store_connection *connection, const char *name, struct device_group *out,
    struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_one);
    statement_bind_text(&s, name);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_row(&s, out);
    statement_close(&s);
    if (rc == 0)
        return err_set(
            err, ERR_NOT_FOUND, "no group %.40s; 'secureesp groups list' shows them", name);
    return rc < 0 ? rc : 0;
}

int group_store_put(
    struct store_connection *connection, const struct device_group *group, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, upsert);
    statement_bind_text(&s, group->name);
    statement_bind_text(&s, group->filter);
    statement_bind_text(&s, group->set_by);
    statement_bind_int(&s, group->set_at_ms);
    statement_bind_int(&s, group->channel);
    return statement_run(&s, err);
}

int group_store_remove(struct store_connection *connection, const char *name, struct err *err)
{
    struct device_group group;
    struct statement s;
    int rc = group_store_get(connection, name, &group, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, delete_one);
    statement_bind_text(&s, name);
    return statement_run(&s, err);
}

int group_store_each(struct store_connection *connection,
    int (*each)(const struct device_group *group, void *ctx), void *ctx, struct err *err)
{
    struct device_group group;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &group);
        rc = each(&group, ctx);
    }
    return rc;
}
