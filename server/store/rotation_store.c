// A change of the CA in the database.
#include "server/store/rotation_store.h"

#include <stdio.h>
#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_state[] =
    "SELECT phase, old_ca, new_ca, started_at_ms, phase_at_ms FROM rotation WHERE id = 1";

static const char upsert_state[] =
    "INSERT INTO rotation (id, phase, old_ca, new_ca, started_at_ms, phase_at_ms)"
    " VALUES (1, ?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, old_ca = excluded.old_ca,"
    " new_ca = excluded.new_ca, started_at_ms = excluded.started_at_ms,"
    " phase_at_ms = excluded.phase_at_ms";

#define JOIN_INTO                                                                                  \
    "INSERT INTO rotation_devices (device, holds, step, holds_at_ms, step_at_ms, next_at_ms,"      \
    " command_id, tries, reboots, shows_new, is_left, detail) "

static const char join_devices[] =
    JOIN_INTO "SELECT d.mac, 0, 0, ?1, 0, 0, 0, 0, 0, 0, 0, '' FROM devices AS d"
              " WHERE d.mac NOT IN (SELECT r.device FROM rotation_devices AS r)";

// Origins: issued, enrolled.
static const char join_issued[] =
    JOIN_INTO "SELECT DISTINCT c.device, 0, 0, ?1, 0, 0, 0, 0, 0, 0, 0, '' FROM certificates AS c"
              " WHERE c.device IS NOT NULL AND c.origin IN (0, 4) AND c.revoked_at_ms = 0"
              " AND c.not_after_ms > ?1"
              " AND c.device NOT IN (SELECT r.device FROM rotation_devices AS r)";

#define COLUMNS                                                                                    \
    "SELECT r.device, r.holds, r.step, r.holds_at_ms, r.step_at_ms, r.next_at_ms, r.command_id,"   \
    " r.tries, r.reboots, r.shows_new, r.is_left, r.detail,"                                       \
    " EXISTS (SELECT 1 FROM rotation_certificates AS c WHERE c.device = r.device AND c.is_new = "  \
    "1)"                                                                                           \
    " FROM rotation_devices AS r "

static const char select_one[] = COLUMNS "WHERE r.device = ?1";
static const char select_all[] = COLUMNS "ORDER BY r.device";
static const char select_active[] =
    COLUMNS "LEFT JOIN devices AS d ON d.mac = r.device"
            " WHERE r.step > 0 OR (r.next_at_ms <= ?3 AND d.online = 1"
            "  AND ((r.holds >= ?1 AND r.holds <= ?2) OR (r.shows_new = 1 AND r.holds < 2)))"
            " ORDER BY CASE WHEN r.step > 0 THEN 0 ELSE 1 END, r.looked_at_ms, r.device LIMIT ?4";

// looked_at_ms: now, so that all have their turn.
static const char upsert_device[] =
    "INSERT INTO rotation_devices (device, holds, step, holds_at_ms, step_at_ms, next_at_ms,"
    " command_id, tries, reboots, shows_new, is_left, detail, looked_at_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    " ON CONFLICT (device) DO UPDATE SET holds = excluded.holds, step = excluded.step,"
    " holds_at_ms = excluded.holds_at_ms, step_at_ms = excluded.step_at_ms,"
    " next_at_ms = excluded.next_at_ms, command_id = excluded.command_id, tries = excluded.tries,"
    " reboots = excluded.reboots, shows_new = excluded.shows_new, is_left = excluded.is_left,"
    " detail = excluded.detail, looked_at_ms = excluded.looked_at_ms";

static const char count_all[] =
    "SELECT coalesce(sum(CASE WHEN step > 0 THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN step > 0 AND step_at_ms < ?2 THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN holds > 0 AND holds_at_ms > ?1 THEN 1 ELSE 0 END), 0)"
    " FROM rotation_devices";

// Whoever was at a step on the way from 1 to 2 was told to download its certificate; who enrols may
// show one of the new CA before that.
static const char begin_phase[] =
    "UPDATE rotation_devices SET holds = CASE WHEN ?1 = 1 AND holds < 2"
    "  AND (shows_new = 1 OR (holds = 1 AND step > 0)) THEN 2"
    " ELSE holds END, step = 0, next_at_ms = 0, tries = 0, command_id = 0, detail = '',"
    " step_at_ms = ?2";

// Whoever goes back to an old certificate while all are to have new ones has none.
static const char note_shown[] =
    "UPDATE rotation_devices SET shows_new = ?2,"
    " holds = CASE WHEN ?2 = 0 AND holds = 2"
    "  AND (SELECT phase FROM rotation WHERE id = 1) = 2 THEN 1 ELSE holds END"
    " WHERE device = ?1";

static const char join_one[] =
    JOIN_INTO "VALUES (?1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '') ON CONFLICT (device) DO NOTHING";

static const char put_pem[] =
    "INSERT INTO rotation_certificates (device, key_sha256, is_new, pem) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (device, key_sha256, is_new) DO UPDATE SET pem = excluded.pem";

// Phases: 2 certificates, 3 last, 4 aborting.
static const char select_pem[] =
    "SELECT c.pem FROM rotation AS s, rotation_devices AS r, rotation_certificates AS c"
    " WHERE s.id = 1 AND r.device = ?1 AND c.device = ?1 AND c.key_sha256 = ?2"
    " AND ((s.phase = 4 AND c.is_new = 0)"
    "  OR (s.phase IN (2, 3) AND c.is_new = 1 AND (r.holds >= 2 OR (r.holds = 1 AND r.step > 0))))";

static const char delete_pems[] = "DELETE FROM rotation_certificates WHERE device = ?1";
static const char delete_one[] = "DELETE FROM rotation_devices WHERE device = ?1";

int rotation_store_get(struct store_connection *connection, struct rotation *out, struct err *err)
{
    struct statement s;
    int rc;

    memset(out, 0, sizeof *out);
    statement_open(&s, connection, select_state);
    rc = statement_step(&s, err);
    if (rc > 0) {
        out->phase = (enum rotation_phase)statement_int(&s, 0);
        statement_text(&s, 1, out->old_ca, sizeof out->old_ca);
        statement_text(&s, 2, out->new_ca, sizeof out->new_ca);
        out->started_at_ms = statement_int(&s, 3);
        out->phase_at_ms = statement_int(&s, 4);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int rotation_store_put(
    struct store_connection *connection, const struct rotation *rotation, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, upsert_state);
    statement_bind_int(&s, rotation->phase);
    statement_bind_text(&s, rotation->old_ca);
    statement_bind_text(&s, rotation->new_ca);
    statement_bind_int(&s, rotation->started_at_ms);
    statement_bind_int(&s, rotation->phase_at_ms);
    return statement_run(&s, err);
}

static int run(struct store_connection *connection, const char *sql, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    return statement_run(&s, err);
}

int rotation_store_clear(struct store_connection *connection, struct err *err)
{
    static const char *const all[] = {"DELETE FROM rotation_certificates",
        "DELETE FROM rotation_devices", "DELETE FROM rotation"};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof all / sizeof all[0]; i++)
        rc = run(connection, all[i], err);
    return rc;
}

static int join(
    struct store_connection *connection, const char *sql, int64_t now_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);
    statement_bind_int(&s, now_ms);
    return statement_run(&s, err);
}

int rotation_store_join(
    struct store_connection *connection, bool with_issued, int64_t now_ms, struct err *err)
{
    int rc = join(connection, join_devices, now_ms, err);

    return rc < 0 || !with_issued ? rc : join(connection, join_issued, now_ms, err);
}

static void read_row(struct statement *s, struct rotation_device *out)
{
    memset(out, 0, sizeof *out);
    mac_key_to_text(statement_int(s, 0), out->mac);
    out->holds = (enum rotation_holds)statement_int(s, 1);
    out->step = (enum rotation_step)statement_int(s, 2);
    out->holds_at_ms = statement_int(s, 3);
    out->step_at_ms = statement_int(s, 4);
    out->next_at_ms = statement_int(s, 5);
    out->command_id = statement_int(s, 6);
    out->tries = statement_int(s, 7);
    out->reboots = statement_int(s, 8);
    out->shows_new = statement_int(s, 9) != 0;
    out->is_left = statement_int(s, 10) != 0;
    statement_text(s, 11, out->detail, sizeof out->detail);
    out->has_certificate = statement_int(s, 12) != 0;
}

int rotation_store_get_device(struct store_connection *connection, const char *mac,
    struct rotation_device *out, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, select_one, mac, err);

    if (rc < 0)
        return rc;
    rc = statement_step(&s, err);
    if (rc > 0)
        read_row(&s, out);
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "device %s takes no part in a change of the CA", mac);
    return rc < 0 ? rc : 0;
}

int rotation_store_put_device(
    struct store_connection *connection, const struct rotation_device *device, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, upsert_device, device->mac, err);

    if (rc < 0)
        return rc;
    statement_bind_int(&s, device->holds);
    statement_bind_int(&s, device->step);
    statement_bind_int(&s, device->holds_at_ms);
    statement_bind_int(&s, device->step_at_ms);
    statement_bind_int(&s, device->next_at_ms);
    statement_bind_int(&s, device->command_id);
    statement_bind_int(&s, device->tries);
    statement_bind_int(&s, device->reboots);
    statement_bind_int(&s, device->shows_new);
    statement_bind_int(&s, device->is_left);
    statement_bind_text(&s, device->detail);
    statement_bind_int(&s, device->looked_at_ms);
    return statement_run(&s, err);
}

int rotation_store_each(struct store_connection *connection,
    int (*each)(const struct rotation_device *device, void *ctx), void *ctx, struct err *err)
{
    struct rotation_device device;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &device);
        rc = each(&device, ctx);
    }
    return rc;
}

int rotation_store_read_active(struct store_connection *connection,
    const struct rotation_store_wish *wish, struct rotation_device out[ROTATION_STORE_ACTIVE_MAX],
    size_t *count, struct err *err)
{
    struct statement s;
    int rc = 0;

    *count = 0;
    statement_open(&s, connection, select_active);
    statement_bind_int(&s, wish->first);
    statement_bind_int(&s, wish->last);
    statement_bind_int(&s, wish->now_ms);
    statement_bind_int(&s, ROTATION_STORE_ACTIVE_MAX);
    while (statement_next(&s, &rc, err))
        read_row(&s, &out[(*count)++]);
    return rc;
}

int rotation_store_count(struct store_connection *connection, int64_t phase_at_ms,
    int64_t stuck_before_ms, struct rotation_store_counts *out, struct err *err)
{
    struct statement s;
    int rc;

    memset(out, 0, sizeof *out);
    statement_open(&s, connection, count_all);
    statement_bind_int(&s, phase_at_ms);
    statement_bind_int(&s, stuck_before_ms);
    rc = statement_step(&s, err);
    if (rc > 0) {
        out->at_step = statement_int(&s, 0);
        out->stuck = statement_int(&s, 1);
        out->reached = statement_int(&s, 2);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int rotation_store_begin_phase(
    struct store_connection *connection, bool with_doubt, int64_t now_ms, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, begin_phase);
    statement_bind_int(&s, with_doubt);
    statement_bind_int(&s, now_ms);
    return statement_run(&s, err);
}

int rotation_store_note_shown(
    struct store_connection *connection, const char *mac, bool is_new, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, note_shown, mac, err);

    if (rc < 0)
        return rc;
    statement_bind_int(&s, is_new);
    return statement_run(&s, err);
}

int rotation_store_put_certificate(struct store_connection *connection,
    const struct rotation_store_certificate *certificate, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(certificate->mac, &key, err);

    if (rc < 0)
        return rc;
    statement_open(&s, connection, join_one);
    statement_bind_int(&s, key);
    rc = statement_run(&s, err);
    if (rc < 0)
        return rc;
    statement_open(&s, connection, put_pem);
    statement_bind_int(&s, key);
    statement_bind_text(&s, certificate->key_sha256);
    statement_bind_int(&s, certificate->is_new);
    statement_bind_text(&s, certificate->pem);
    return statement_run(&s, err);
}

int rotation_store_get_certificate(struct store_connection *connection, const char *mac,
    const char *key_sha256, char **pem, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, select_pem, mac, err);

    if (rc < 0)
        return rc;
    statement_bind_text(&s, key_sha256);
    rc = statement_step(&s, err);
    if (rc > 0) {
        *pem = statement_text_copy(&s, 0);
        rc = *pem != NULL ? 1 : err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
    }
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "device %s keeps its certificate", mac);
    return rc < 0 ? rc : 0;
}

int rotation_store_forget(struct store_connection *connection, const char *mac, struct err *err)
{
    int rc = device_rows_delete(connection, delete_pems, mac, err);

    return rc < 0 ? rc : device_rows_delete(connection, delete_one, mac, err);
}
