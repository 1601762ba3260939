// Certificates in the database.
#include "server/store/certificate_store.h"

#include <stdio.h>
#include <string.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

// The numbers of enum certificate_origin stand in these texts.
_Static_assert(CERTIFICATE_ISSUED == 0 && CERTIFICATE_SEEN == 1 && CERTIFICATE_FILE == 2 &&
                   CERTIFICATE_NAMED == 3 && CERTIFICATE_ENROLLED == 4,
    "the origins are stored as these numbers");

#define COLUMNS                                                                                    \
    "serial, fingerprint, common_name, device, not_before_ms, not_after_ms, known_at_ms, origin,"  \
    " revoked_at_ms, reason, unit, is_server, with_device"

// ?9, ?10: what its serial was revoked for, if it was.
static const char insert[] = "INSERT INTO certificates (" COLUMNS ")"
                             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0)"
                             " ON CONFLICT (serial, fingerprint) DO NOTHING";

// The serial alone was known.
static const char delete_named[] =
    "DELETE FROM certificates WHERE serial = ?1 AND fingerprint = '' AND ?2 <> ''";

static const char select_one[] =
    "SELECT 1 FROM certificates WHERE serial = ?1 AND fingerprint = ?2";

static const char select_of_serial[] =
    "SELECT " COLUMNS " FROM certificates WHERE serial = ?1 ORDER BY fingerprint";

// One that is revoked for itself, not with its device: that one's serial another CA may have given
// to somebody else.
static const char select_revoked_serial[] =
    "SELECT revoked_at_ms, reason FROM certificates"
    " WHERE serial = ?1 AND revoked_at_ms > 0 AND with_device = 0 ORDER BY fingerprint LIMIT 1";

static const char select_of_device[] = "SELECT " COLUMNS " FROM certificates WHERE device = ?1"
                                       " ORDER BY known_at_ms DESC, not_before_ms DESC, serial,"
                                       " fingerprint";

// By their index alone, as there may be a million.
static const char select_listed[] =
    "SELECT serial FROM certificates INDEXED BY certificates_revoked"
    " WHERE revoked_at_ms > 0 AND with_device = 0 ORDER BY serial";

static const char select_fresh[] =
    "SELECT " COLUMNS " FROM (SELECT c.*"
    "  FROM device_revocations AS r INDEXED BY device_revocations_readmitted"
    "  JOIN certificates AS c INDEXED BY certificates_device"
    "  ON c.device = r.device AND c.not_before_ms >= r.before_ms"
    "  WHERE r.readmitted_at_ms > 0 AND c.revoked_at_ms > 0 AND c.with_device = 1) AS f"
    " ORDER BY serial, fingerprint";

static const char select_all[] =
    "SELECT " COLUMNS " FROM certificates ORDER BY serial, fingerprint";

static const char select_after[] =
    "SELECT " COLUMNS " FROM certificates WHERE (serial, fingerprint) > (?1, ?2)"
    " ORDER BY serial, fingerprint";

static const char count_met[] =
    "SELECT count(*) FROM certificates WHERE device = ?1 AND origin NOT IN (0, 4)";

static const char revoke_serial[] =
    "UPDATE certificates SET revoked_at_ms = ?2, reason = ?3, with_device = 0"
    " WHERE serial = ?1"
    " AND (revoked_at_ms = 0"
    "  OR (reason = '" REVOCATION_REASON_HOLD "' AND (reason <> ?3 OR with_device = 1)))";

static const char revoke_device[] =
    "UPDATE certificates SET revoked_at_ms = ?2, reason = ?3, with_device = 1"
    " WHERE device = ?1 AND not_before_ms < ?4"
    " AND (revoked_at_ms = 0 OR (reason = '" REVOCATION_REASON_HOLD "' AND reason <> ?3))";

static const char release_device[] =
    "UPDATE certificates SET revoked_at_ms = 0, reason = '', with_device = 0"
    " WHERE device = ?1 AND with_device = 1 AND reason = '" REVOCATION_REASON_HOLD "'";

static void read_record(struct statement *s, struct certificate_record *out)
{
    memset(out, 0, sizeof *out);
    statement_text(s, 0, out->serial, sizeof out->serial);
    statement_text(s, 1, out->fingerprint, sizeof out->fingerprint);
    statement_text(s, 2, out->common_name, sizeof out->common_name);
    if (!statement_is_null(s, 3))
        mac_key_to_text(statement_int(s, 3), out->mac);
    out->not_before_ms = statement_int(s, 4);
    out->not_after_ms = statement_int(s, 5);
    out->known_at_ms = statement_int(s, 6);
    out->origin = (enum certificate_origin)statement_int(s, 7);
    out->revoked_at_ms = statement_int(s, 8);
    statement_text(s, 9, out->reason, sizeof out->reason);
    statement_text(s, 10, out->unit, sizeof out->unit);
    out->is_server = statement_int(s, 11) == 1;
    out->with_device = statement_int(s, 12) == 1;
}

// What the serial of a certificate is revoked for, whoever bore it; *at_ms is 0 if it is not.
static int read_revoked(struct store_connection *connection, const char *serial, int64_t *at_ms,
    char reason[REVOCATION_REASON_SIZE], struct err *err)
{
    struct statement s;

    *at_ms = 0;
    reason[0] = '\0';
    statement_open(&s, connection, select_revoked_serial);
    statement_bind_text(&s, serial);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        *at_ms = statement_int(&s, 0);
        statement_text(&s, 1, reason, REVOCATION_REASON_SIZE);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

static int insert_record(struct store_connection *connection,
    const struct certificate_record *record, bool *added, struct err *err)
{
    struct statement s;
    int64_t key;

    statement_open(&s, connection, insert);
    statement_bind_text(&s, record->serial);
    statement_bind_text(&s, record->fingerprint);
    statement_bind_text(&s, record->common_name);
    if (mac_key_from_text(record->mac, &key))
        statement_bind_int(&s, key);
    else
        statement_bind_null(&s);
    statement_bind_int(&s, record->not_before_ms);
    statement_bind_int(&s, record->not_after_ms);
    statement_bind_int(&s, record->known_at_ms);
    statement_bind_int(&s, record->origin);
    statement_bind_int(&s, record->revoked_at_ms);
    statement_bind_text(&s, record->reason);
    statement_bind_text(&s, record->unit);
    statement_bind_int(&s, record->is_server);

    int rc = statement_run(&s, err);

    if (rc == 0 && added != NULL)
        *added = sqlite3_changes(connection->db) > 0;
    return rc;
}

int certificate_store_add(struct store_connection *connection,
    const struct certificate_record *record, bool *added, struct err *err)
{
    struct certificate_record copy = *record;
    struct statement s;
    int rc = read_revoked(connection, record->serial, &copy.revoked_at_ms, copy.reason, err);

    if (rc == 0)
        rc = insert_record(connection, &copy, added, err);
    if (rc < 0)
        return rc;
    statement_open(&s, connection, delete_named);
    statement_bind_text(&s, record->serial);
    statement_bind_text(&s, record->fingerprint);
    return statement_run(&s, err);
}

int certificate_store_has(struct store_connection *connection, const char *serial,
    const char *fingerprint, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_one);
    statement_bind_text(&s, serial);
    statement_bind_text(&s, fingerprint);

    int rc = statement_step(&s, err);

    statement_close(&s);
    return rc;
}

static int each_row(struct statement *s,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err)
{
    struct certificate_record record;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        read_record(s, &record);
        rc = each(&record, ctx);
    }
    return rc;
}

int certificate_store_each_with(struct store_connection *connection, const char *serial,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_of_serial);
    statement_bind_text(&s, serial);
    return each_row(&s, each, ctx, err);
}

int certificate_store_each_of(struct store_connection *connection, const char *mac,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_of_device);
    statement_bind_int(&s, key);
    return each_row(&s, each, ctx, err);
}

int certificate_store_each_listed(struct store_connection *connection,
    int (*each)(const char *serial, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    char serial[SERIAL_SIZE];
    int rc = 0;

    statement_open(&s, connection, select_listed);
    while (statement_next(&s, &rc, err)) {
        statement_text(&s, 0, serial, sizeof serial);
        rc = each(serial, ctx);
    }
    return rc;
}

int certificate_store_each_fresh(struct store_connection *connection,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_fresh);
    return each_row(&s, each, ctx, err);
}

int certificate_store_each(struct store_connection *connection,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_all);
    return each_row(&s, each, ctx, err);
}

int certificate_store_each_after(struct store_connection *connection,
    const struct certificate_store_place *after,
    int (*each)(const struct certificate_record *record, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_after);
    statement_bind_text(&s, after->serial);
    statement_bind_text(&s, after->fingerprint);
    return each_row(&s, each, ctx, err);
}

int certificate_store_count_met(
    struct store_connection *connection, const char *mac, int64_t *count, struct err *err)
{
    struct statement s;
    int64_t key;

    *count = 0;
    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, count_met);
    statement_bind_int(&s, key);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *count = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

static int copy(const struct certificate_record *record, void *ctx)
{
    *(struct certificate_record *)ctx = *record;
    return 1;
}

int certificate_store_get(struct store_connection *connection, const char *serial,
    struct certificate_record *out, struct err *err)
{
    int rc = certificate_store_each_with(connection, serial, copy, out, err);

    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "no certificate with serial %s is known", serial);
    return rc < 0 ? rc : 0;
}

int certificate_store_revoke(struct store_connection *connection, const char *serial, int64_t at_ms,
    const char *reason, struct err *err)
{
    struct certificate_record record;
    struct statement s;
    int rc = certificate_store_get(connection, serial, &record, err);

    if (rc == ERR_NOT_FOUND) {
        record = (struct certificate_record){.origin = CERTIFICATE_NAMED, .known_at_ms = at_ms};
        snprintf(record.serial, sizeof record.serial, "%s", serial);
        rc = insert_record(connection, &record, NULL, err);
    }
    if (rc < 0)
        return rc;
    statement_open(&s, connection, revoke_serial);
    statement_bind_text(&s, serial);
    statement_bind_int(&s, at_ms);
    statement_bind_text(&s, reason);
    rc = statement_run(&s, err);
    return rc < 0 ? rc : sqlite3_changes(connection->db);
}

int certificate_store_revoke_device(
    struct store_connection *connection, const struct certificate_store_wish *wish, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(wish->mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", wish->mac);
    statement_open(&s, connection, revoke_device);
    statement_bind_int(&s, key);
    statement_bind_int(&s, wish->at_ms);
    statement_bind_text(&s, wish->reason);
    statement_bind_int(&s, wish->begins_before_ms);

    int rc = statement_run(&s, err);

    return rc < 0 ? rc : sqlite3_changes(connection->db);
}

int certificate_store_release_device(
    struct store_connection *connection, const char *mac, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", mac);
    statement_open(&s, connection, release_device);
    statement_bind_int(&s, key);

    int rc = statement_run(&s, err);

    return rc < 0 ? rc : sqlite3_changes(connection->db);
}
