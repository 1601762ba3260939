// Settings in the database.
#include "server/store/settings_store.h"

#include "server/store/statement.h"

#define LAYER "scope, name, patch, number"
#define CHANGE "number, at_ms, set_by, scope, name, before_patch, after_patch, rollout"
#define RULE "name, rule, set_by, set_at_ms"

static const char select_layer[] =
    "SELECT " LAYER " FROM settings_layers WHERE scope = ?1 AND name = ?2";

static const char select_layers[] = "SELECT " LAYER " FROM settings_layers ORDER BY scope, name";

// Those of devices are found by their key.
static const char select_layers_for[] =
    "SELECT " LAYER " FROM settings_layers WHERE scope < 2"
    " UNION ALL SELECT " LAYER " FROM settings_layers WHERE scope = 2 AND name IN (?1, ?2)"
    " ORDER BY scope, name";

static const char put_layer[] =
    "INSERT INTO settings_layers (" LAYER ") VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (scope, name) DO UPDATE SET patch = excluded.patch, number = excluded.number";

static const char delete_layer[] = "DELETE FROM settings_layers WHERE scope = ?1 AND name = ?2";

static const char insert_change[] =
    "INSERT INTO settings_history (" CHANGE ")"
    " VALUES ((SELECT coalesce(max(number), 0) + 1 FROM settings_history),"
    " ?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING number";

static const char select_change[] = "SELECT " CHANGE " FROM settings_history WHERE number = ?1";

static const char select_changes[] =
    "SELECT " CHANGE " FROM settings_history WHERE number < ?1 OR ?1 = 0"
    " ORDER BY number DESC LIMIT ?2";

static const char select_layers_at[] =
    "SELECT scope, name, after_patch, number FROM settings_history WHERE after_patch <> ''"
    " AND number IN (SELECT max(number) FROM settings_history WHERE number <= ?1"
    "  GROUP BY scope, name) ORDER BY scope, name";

static const char put_rule[] =
    "INSERT INTO settings_members (" RULE ") VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (name) DO UPDATE SET rule = excluded.rule, set_by = excluded.set_by,"
    " set_at_ms = excluded.set_at_ms";

static const char delete_rule[] = "DELETE FROM settings_members WHERE name = ?1 RETURNING name";

static const char select_rules[] = "SELECT " RULE " FROM settings_members ORDER BY name";

const char *settings_store_scope_name(enum settings_scope scope)
{
    static const char *const names[SETTINGS_SCOPE_COUNT] = {"fleet", "group", "device"};

    return names[scope];
}

static void read_layer(struct statement *s, struct settings_layer *out)
{
    out->scope = (enum settings_scope)statement_int(s, 0);
    statement_text(s, 1, out->name, sizeof out->name);
    statement_text(s, 2, out->patch, sizeof out->patch);
    out->number = statement_int(s, 3);
}

int settings_store_get(struct store_connection *connection, enum settings_scope scope,
    const char *name, struct settings_layer *out, struct err *err)
{
    struct settings_layer layer = {.scope = scope};
    struct statement s;

    statement_open(&s, connection, select_layer);
    statement_bind_int(&s, scope);
    statement_bind_text(&s, name);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_layer(&s, &layer);
    statement_close(&s);
    if (rc < 0)
        return rc;
    *out = layer;
    return 0;
}

static int each_layer(struct statement *s,
    int (*each)(const struct settings_layer *layer, void *ctx), void *ctx, struct err *err)
{
    struct settings_layer layer;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        read_layer(s, &layer);
        rc = each(&layer, ctx);
    }
    return rc;
}

int settings_store_each(struct store_connection *connection,
    int (*each)(const struct settings_layer *layer, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_layers);
    return each_layer(&s, each, ctx, err);
}

int settings_store_each_for(struct store_connection *connection, const char *const macs[2],
    int (*each)(const struct settings_layer *layer, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_layers_for);
    statement_bind_text(&s, macs[0]);
    statement_bind_text(&s, macs[1]);
    return each_layer(&s, each, ctx, err);
}

static int add_change(
    struct store_connection *connection, struct settings_change *change, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, insert_change);
    statement_bind_int(&s, change->at_ms);
    statement_bind_text(&s, change->by);
    statement_bind_int(&s, change->scope);
    statement_bind_text(&s, change->name);
    statement_bind_text(&s, change->before);
    statement_bind_text(&s, change->after);
    statement_bind_text(&s, change->rollout);

    int rc = statement_step(&s, err);

    if (rc > 0)
        change->number = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int settings_store_change(
    struct store_connection *connection, struct settings_change *change, struct err *err)
{
    struct statement s;
    int rc = add_change(connection, change, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, change->after[0] != '\0' ? put_layer : delete_layer);
    statement_bind_int(&s, change->scope);
    statement_bind_text(&s, change->name);
    if (change->after[0] != '\0') {
        statement_bind_text(&s, change->after);
        statement_bind_int(&s, change->number);
    }
    return statement_run(&s, err);
}

static void read_change(struct statement *s, struct settings_change *out)
{
    out->number = statement_int(s, 0);
    out->at_ms = statement_int(s, 1);
    statement_text(s, 2, out->by, sizeof out->by);
    out->scope = (enum settings_scope)statement_int(s, 3);
    statement_text(s, 4, out->name, sizeof out->name);
    statement_text(s, 5, out->before, sizeof out->before);
    statement_text(s, 6, out->after, sizeof out->after);
    statement_text(s, 7, out->rollout, sizeof out->rollout);
}

int settings_store_get_change(struct store_connection *connection, int64_t number,
    struct settings_change *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_change);
    statement_bind_int(&s, number);

    int rc = statement_step(&s, err);

    if (rc > 0)
        read_change(&s, out);
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND,
            "no change %lld; 'secureesp settings history' shows them", (long long)number);
    return rc < 0 ? rc : 0;
}

int settings_store_each_change(struct store_connection *connection, int64_t before, int64_t limit,
    int (*each)(const struct settings_change *change, void *ctx), void *ctx, struct err *err)
{
    struct settings_change change;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_changes);
    statement_bind_int(&s, before);
    statement_bind_int(&s, limit);
    while (statement_next(&s, &rc, err)) {
        read_change(&s, &change);
        rc = each(&change, ctx);
    }
    return rc;
}

int settings_store_each_at(struct store_connection *connection, int64_t number,
    int (*each)(const struct settings_layer *layer, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_layers_at);
    statement_bind_int(&s, number);
    return each_layer(&s, each, ctx, err);
}

int settings_store_put_rule(
    struct store_connection *connection, const struct settings_rule *rule, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, put_rule);
    statement_bind_text(&s, rule->name);
    statement_bind_text(&s, rule->rule);
    statement_bind_text(&s, rule->by);
    statement_bind_int(&s, rule->at_ms);
    return statement_run(&s, err);
}

int settings_store_remove_rule(
    struct store_connection *connection, const char *name, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_rule);
    statement_bind_text(&s, name);

    int rc = statement_step(&s, err);

    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND,
            "the schema has no \"%.40s\"; 'secureesp settings schema show' shows it", name);
    return rc < 0 ? rc : 0;
}

int settings_store_each_rule(struct store_connection *connection,
    int (*each)(const struct settings_rule *rule, void *ctx), void *ctx, struct err *err)
{
    struct settings_rule rule;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_rules);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, rule.name, sizeof rule.name);
        statement_text(&s, 1, rule.rule, sizeof rule.rule);
        statement_text(&s, 2, rule.by, sizeof rule.by);
        rule.at_ms = statement_int(&s, 3);
        rc = each(&rule, ctx);
    }
    return rc;
}
