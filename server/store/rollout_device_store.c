// The devices of rollouts in the database.
#include "server/store/rollout_device_store.h"

#include <stdio.h>
#include <string.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

_Static_assert(ROLLOUT_WAITING == 0 && ROLLOUT_DOWNLOADING == 1 && ROLLOUT_INSTALLING == 2 &&
                   ROLLOUT_UPDATED == 3 && ROLLOUT_FAILED == 4 && ROLLOUT_LEFT_OUT == 5,
    "the stages are stored as these numbers");

#define COLUMNS                                                                                    \
    "r.rollout, r.device, r.place, r.phase, r.site, r.stage, r.command_id, r.tries, r.before,"     \
    " r.began_at_ms, r.ended_at_ms, r.reason"

static const char upsert[] =
    "INSERT INTO rollout_devices (rollout, device, place, phase, site, stage, command_id, tries,"
    " before, began_at_ms, ended_at_ms, reason)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    " ON CONFLICT (rollout, device) DO UPDATE SET place = excluded.place, phase = excluded.phase,"
    " site = excluded.site, stage = excluded.stage, command_id = excluded.command_id,"
    " tries = excluded.tries, before = excluded.before, began_at_ms = excluded.began_at_ms,"
    " ended_at_ms = excluded.ended_at_ms, reason = excluded.reason";

static const char select_one[] =
    "SELECT " COLUMNS " FROM rollout_devices AS r WHERE r.rollout = ?1 AND r.device = ?2";

static const char select_at_work[] =
    "SELECT " COLUMNS " FROM rollout_devices AS r WHERE r.rollout = ?1 AND r.stage IN (1, 2)"
    " AND r.device % ?3 = ?4"
    " UNION ALL SELECT " COLUMNS " FROM rollout_devices AS r JOIN devices AS d ON d.mac = r.device"
    " WHERE r.rollout = ?1 AND r.stage = 3 AND d.image <> ?2"
    " AND r.device % ?3 = ?4";

// What a device says that it runs is what it ran before: only one of ours says it.
static const char select_at_work_config[] =
    "SELECT " COLUMNS " FROM rollout_devices AS r WHERE r.rollout = ?1 AND r.stage IN (1, 2)"
    " AND r.device % ?2 = ?3"
    " UNION ALL SELECT " COLUMNS " FROM rollout_devices AS r JOIN devices AS d ON d.mac = r.device"
    " WHERE r.rollout = ?1 AND r.stage = 3 AND r.before <> '' AND d.config_hash = r.before"
    " AND r.device % ?2 = ?3";

static const char select_candidates[] =
    "SELECT " COLUMNS " FROM rollout_devices AS r LEFT JOIN devices AS d ON d.mac = r.device"
    " WHERE r.rollout = ?1 AND r.stage = 0 AND r.phase <= ?2"
    " AND (d.mac IS NULL OR (d.online = 1 AND d.queued = 0 AND d.sent = 0) OR EXISTS"
    "  (SELECT 1 FROM device_revocations AS v WHERE v.device = r.device AND v.readmitted_at_ms = "
    "0))"
    " ORDER BY r.phase, r.place LIMIT ?3";

static const char select_all[] =
    "SELECT " COLUMNS " FROM rollout_devices AS r WHERE r.rollout = ?1"
    " ORDER BY CASE r.stage WHEN 4 THEN 0 WHEN 2 THEN 1 WHEN 1 THEN 2 WHEN 5 THEN 3 ELSE 4 END,"
    " r.place LIMIT ?2";

static const char select_page[] =
    "SELECT " COLUMNS " FROM rollout_devices AS r WHERE r.rollout = ?1 AND r.device > ?2"
    " ORDER BY r.device LIMIT ?3";

static const char count_stages[] =
    "SELECT phase, stage, count(*) FROM rollout_devices WHERE rollout = ?1"
    " GROUP BY phase, stage ORDER BY phase, stage";

static const char count_away[] =
    "SELECT count(*) FROM rollout_devices AS r LEFT JOIN devices AS d ON d.mac = r.device"
    " WHERE r.rollout = ?1 AND r.stage = 0 AND r.phase >= ?2 AND r.phase <= ?3"
    " AND coalesce(d.online, 0) = 0";

static const char count_at_work[] =
    "SELECT count(*) FROM rollout_devices WHERE rollout = ?1 AND stage IN (1, 2)";

static const char count_begun[] =
    "SELECT count(*) FROM rollout_devices WHERE rollout = ?1 AND began_at_ms > ?2"
    " AND began_at_ms > 0";

static const char count_sites[] =
    "SELECT site, count(*) FROM rollout_devices WHERE rollout = ?1 AND stage = 1 GROUP BY site";

static const char select_other[] =
    "SELECT o.name FROM rollout_devices AS r JOIN rollouts AS o ON o.id = r.rollout"
    " WHERE r.device = ?2 AND r.rollout <> ?1 AND r.stage < 4 AND o.state < 3 ORDER BY o.id LIMIT "
    "1";

static const char retry_all[] =
    "UPDATE rollout_devices SET stage = 0, command_id = 0, tries = 0, reason = '', ended_at_ms = 0"
    " WHERE rollout = ?1 AND stage IN (4, 5) AND NOT EXISTS"
    "  (SELECT 1 FROM rollout_devices AS r JOIN rollouts AS o ON o.id = r.rollout"
    "   WHERE r.device = rollout_devices.device AND r.rollout <> ?1 AND r.stage < 4 AND o.state < "
    "3)"
    " RETURNING device";

int rollout_device_store_put(
    struct store_connection *connection, const struct rollout_device *device, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(device->mac, &key, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, upsert);
    statement_bind_int(&s, device->rollout);
    statement_bind_int(&s, key);
    statement_bind_int(&s, device->place);
    statement_bind_int(&s, device->phase);
    statement_bind_text(&s, device->site);
    statement_bind_int(&s, device->stage);
    statement_bind_int(&s, device->command_id);
    statement_bind_int(&s, device->tries);
    statement_bind_text(&s, device->before);
    statement_bind_int(&s, device->began_at_ms);
    statement_bind_int(&s, device->ended_at_ms);
    statement_bind_text(&s, device->reason);
    return statement_run(&s, err);
}

static void read_row(struct statement *s, struct rollout_device *out)
{
    memset(out, 0, sizeof *out);
    out->rollout = statement_int(s, 0);
    mac_key_to_text(statement_int(s, 1), out->mac);
    out->place = statement_int(s, 2);
    out->phase = statement_int(s, 3);
    statement_text(s, 4, out->site, sizeof out->site);
    out->stage = (enum rollout_stage)statement_int(s, 5);
    out->command_id = statement_int(s, 6);
    out->tries = statement_int(s, 7);
    statement_text(s, 8, out->before, sizeof out->before);
    out->began_at_ms = statement_int(s, 9);
    out->ended_at_ms = statement_int(s, 10);
    statement_text(s, 11, out->reason, sizeof out->reason);
}

int rollout_device_store_get(struct store_connection *connection, int64_t rollout, const char *mac,
    struct rollout_device *out, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_one);
    statement_bind_int(&s, rollout);
    statement_bind_int(&s, key);
    rc = statement_step(&s, err);
    if (rc > 0)
        read_row(&s, out);
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "device %s is not in that rollout", mac);
    return rc < 0 ? rc : 0;
}

static int each_row(struct statement *s, rollout_device_each *each, void *ctx, struct err *err)
{
    struct rollout_device device;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        read_row(s, &device);
        rc = each(&device, ctx);
    }
    return rc;
}

int rollout_device_store_each_at_work(struct store_connection *connection,
    const struct rollout_device_wish *wish, rollout_device_each *each, void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, wish->image != NULL ? select_at_work : select_at_work_config);
    statement_bind_int(&s, wish->rollout);
    if (wish->image != NULL)
        statement_bind_text(&s, wish->image);
    statement_bind_int(&s, wish->parts);
    statement_bind_int(&s, wish->part);
    return each_row(&s, each, ctx, err);
}

int rollout_device_store_each_candidate(struct store_connection *connection,
    const struct rollout_device_wish *wish, rollout_device_each *each, void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_candidates);
    statement_bind_int(&s, wish->rollout);
    statement_bind_int(&s, wish->phase);
    statement_bind_int(&s, wish->limit);
    return each_row(&s, each, ctx, err);
}

int rollout_device_store_each(struct store_connection *connection, int64_t rollout, int64_t limit,
    rollout_device_each *each, void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_all);
    statement_bind_int(&s, rollout);
    statement_bind_int(&s, limit);
    return each_row(&s, each, ctx, err);
}

int rollout_device_store_page(struct store_connection *connection,
    const struct rollout_device_page *page, rollout_device_each *each, void *ctx, struct err *err)
{
    struct statement s;
    int64_t key = -1;

    if (page->after[0] != '\0') {
        int rc = mac_key_read(page->after, &key, err);

        if (rc < 0)
            return rc;
    }
    statement_open(&s, connection, select_page);
    statement_bind_int(&s, page->rollout);
    statement_bind_int(&s, key);
    statement_bind_int(&s, page->limit);
    return each_row(&s, each, ctx, err);
}

int rollout_device_store_count(struct store_connection *connection, int64_t rollout,
    int (*each)(const struct rollout_device_count *count, void *ctx), void *ctx, struct err *err)
{
    struct rollout_device_count count;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, count_stages);
    statement_bind_int(&s, rollout);
    while (statement_next(&s, &rc, err)) {
        count = (struct rollout_device_count){
            statement_int(&s, 0), (enum rollout_stage)statement_int(&s, 1), statement_int(&s, 2)};
        rc = each(&count, ctx);
    }
    return rc;
}

static int read_count(struct statement *s, int64_t *out, struct err *err)
{
    int rc = statement_step(s, err);

    if (rc > 0)
        *out = statement_int(s, 0);
    statement_close(s);
    return rc < 0 ? rc : 0;
}

int rollout_device_store_count_away(struct store_connection *connection, int64_t rollout,
    const int64_t phases[2], int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_away);
    statement_bind_int(&s, rollout);
    statement_bind_int(&s, phases[0]);
    statement_bind_int(&s, phases[1]);
    return read_count(&s, out, err);
}

int rollout_device_store_count_at_work(
    struct store_connection *connection, int64_t rollout, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_at_work);
    statement_bind_int(&s, rollout);
    return read_count(&s, out, err);
}

int rollout_device_store_count_begun(struct store_connection *connection, int64_t rollout,
    int64_t after_ms, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_begun);
    statement_bind_int(&s, rollout);
    statement_bind_int(&s, after_ms);
    return read_count(&s, out, err);
}

int rollout_device_store_each_site(struct store_connection *connection, int64_t rollout,
    int (*each)(const char *site, int64_t devices, void *ctx), void *ctx, struct err *err)
{
    char site[ROLLOUT_SITE_SIZE];
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, count_sites);
    statement_bind_int(&s, rollout);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, site, sizeof site);
        rc = each(site, statement_int(&s, 1), ctx);
    }
    return rc;
}

int rollout_device_store_get_other(struct store_connection *connection, int64_t rollout,
    const char *mac, char name[ROLLOUT_NAME_SIZE], struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_other);
    statement_bind_int(&s, rollout);
    statement_bind_int(&s, key);
    rc = statement_step(&s, err);
    if (rc > 0)
        statement_text(&s, 0, name, ROLLOUT_NAME_SIZE);
    statement_close(&s);
    return rc < 0 ? rc : rc > 0 ? 0 : ERR_NOT_FOUND;
}

int rollout_device_store_retry(
    struct store_connection *connection, int64_t rollout, int64_t *count, struct err *err)
{
    struct statement s;
    int rc = 0;

    *count = 0;
    statement_open(&s, connection, retry_all);
    statement_bind_int(&s, rollout);
    while (statement_next(&s, &rc, err))
        (*count)++;
    return rc;
}
