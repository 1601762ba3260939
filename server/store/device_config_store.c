// Which config.json devices run, in the database.
#include "server/store/device_config_store.h"

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

#define SELECTED                                                                                   \
    "SELECT d.mac, d.config_hash, coalesce(c.fetched, ''), coalesce(c.fetched_at_ms, 0),"          \
    " coalesce(c.inferred, ''), coalesce(c.assumed, 0), coalesce(c.wanted, ''),"                   \
    " coalesce(r.place, d.mac)"                                                                    \
    " FROM devices AS d LEFT JOIN device_configs AS c ON c.device = d.mac"                         \
    " LEFT JOIN replacements AS r ON r.device = d.mac"

static const char select_one[] = SELECTED " WHERE d.mac = ?1";

static const char select_all[] = SELECTED " ORDER BY d.mac";

static const char put_fetched[] =
    "INSERT INTO device_configs (device, fetched, fetched_at_ms, inferred, assumed, wanted)"
    " VALUES (?1, ?2, ?3, '', 0, '')"
    " ON CONFLICT (device) DO UPDATE SET fetched = excluded.fetched,"
    " fetched_at_ms = excluded.fetched_at_ms";

static const char use_fetched[] =
    "UPDATE device_configs SET inferred = fetched, assumed = 0, fetched = '', fetched_at_ms = 0"
    " WHERE device = ?1 AND fetched <> '' AND fetched_at_ms <= ?2";

static const char put_wanted[] =
    "INSERT INTO device_configs (device, fetched, fetched_at_ms, inferred, assumed, wanted)"
    " VALUES (?1, '', 0, ?2, 1, ?2)"
    " ON CONFLICT (device) DO UPDATE SET wanted = excluded.wanted,"
    " assumed = CASE WHEN device_configs.inferred = '' THEN 1 ELSE device_configs.assumed END,"
    " inferred = CASE WHEN device_configs.inferred = '' THEN excluded.inferred"
    "  ELSE device_configs.inferred END";

static void read_row(struct statement *s, struct device_config *out)
{
    mac_key_to_text(statement_int(s, 0), out->mac);
    statement_text(s, 1, out->said, sizeof out->said);
    statement_text(s, 2, out->fetched, sizeof out->fetched);
    out->fetched_at_ms = statement_int(s, 3);
    statement_text(s, 4, out->inferred, sizeof out->inferred);
    out->is_assumed = statement_int(s, 5) == 1;
    statement_text(s, 6, out->wanted, sizeof out->wanted);
    mac_key_to_text(statement_int(s, 7), out->place);
}

int device_config_store_get(struct store_connection *connection, const char *mac,
    struct device_config *out, struct err *err)
{
    struct device_config config = {.fetched_at_ms = 0};
    struct statement s;
    int rc = device_rows_open(&s, connection, select_one, mac, err);

    if (rc < 0)
        return rc;
    rc = statement_step(&s, err);
    if (rc > 0)
        read_row(&s, &config);
    statement_close(&s);
    if (rc < 0)
        return rc;
    *out = config;
    return 0;
}

int device_config_store_each(struct store_connection *connection,
    int (*each)(const struct device_config *config, void *ctx), void *ctx, struct err *err)
{
    struct device_config config;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &config);
        rc = each(&config, ctx);
    }
    return rc;
}

int device_config_store_note_fetched(struct store_connection *connection, const char *mac,
    const char *hash, int64_t at_ms, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, put_fetched, mac, err);

    if (rc < 0)
        return rc;
    statement_bind_text(&s, hash);
    statement_bind_int(&s, at_ms);
    return statement_run(&s, err);
}

int device_config_store_note_start(
    struct store_connection *connection, const char *mac, int64_t boot_ms, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, use_fetched, mac, err);

    if (rc < 0)
        return rc;
    statement_bind_int(&s, boot_ms);
    return statement_run(&s, err);
}

int device_config_store_want(
    struct store_connection *connection, const char *mac, const char *hash, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, put_wanted, mac, err);

    if (rc < 0)
        return rc;
    statement_bind_text(&s, hash);
    return statement_run(&s, err);
}
