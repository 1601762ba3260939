// Enrolments in the database.
#include "server/store/enrolment_store.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

// The numbers of enum enrolment_state stand in these texts, and in the schema.
_Static_assert(ENROLMENT_LISTED == 0 && ENROLMENT_PENDING == 1 && ENROLMENT_APPROVED == 2 &&
                   ENROLMENT_REJECTED == 3 && ENROLMENT_ENROLLED == 4 && ENROLMENT_STATE_COUNT == 5,
    "the states are stored as these numbers");

#define COLUMNS                                                                                    \
    "device, state, key_sha256, claim, address, first_asked_ms, last_asked_ms, tries,"             \
    " code_sha256, code_tries, decided_by, decided_at_ms, alarms, alarm_at_ms, serial,"            \
    " alarm_key_sha256, trouble, trouble_at_ms"

static const char select_one[] = "SELECT " COLUMNS " FROM enrolments WHERE device = ?1";

static const char select_pending[] = "SELECT " COLUMNS " FROM enrolments WHERE state = 1"
                                     " ORDER BY first_asked_ms, device";

static const char select_page[] = "SELECT " COLUMNS " FROM enrolments WHERE device > ?1"
                                  " AND state <> 1 AND (?2 = 5 OR state = ?2)"
                                  " ORDER BY device LIMIT ?3";

static const char upsert[] =
    "INSERT INTO enrolments (" COLUMNS ")"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
    " ?16, ?17, ?18)"
    " ON CONFLICT (device) DO UPDATE SET state = excluded.state,"
    " key_sha256 = excluded.key_sha256, claim = excluded.claim, address = excluded.address,"
    " first_asked_ms = excluded.first_asked_ms, last_asked_ms = excluded.last_asked_ms,"
    " tries = excluded.tries, code_sha256 = excluded.code_sha256,"
    " code_tries = excluded.code_tries, decided_by = excluded.decided_by,"
    " decided_at_ms = excluded.decided_at_ms, alarms = excluded.alarms,"
    " alarm_at_ms = excluded.alarm_at_ms, serial = excluded.serial,"
    " alarm_key_sha256 = excluded.alarm_key_sha256,"
    " trouble = excluded.trouble, trouble_at_ms = excluded.trouble_at_ms,"
    " certificate = CASE WHEN excluded.serial = '' THEN NULL ELSE enrolments.certificate END";

static const char update_certificate[] = "UPDATE enrolments SET certificate = ?2 WHERE device = ?1";

static const char select_certificate[] =
    "SELECT certificate FROM enrolments WHERE device = ?1 AND certificate IS NOT NULL";

static const char delete_one[] = "DELETE FROM enrolments WHERE device = ?1 RETURNING device";

static const char count_all[] = "SELECT state, count(*) FROM enrolments GROUP BY state";

static const char count_waiting[] = "SELECT count(*) FROM enrolments WHERE state = 1";

static const char select_leaving[] =
    "SELECT device FROM enrolments WHERE state = 1 AND address ="
    " (SELECT address FROM enrolments WHERE state = 1 GROUP BY address"
    "  ORDER BY count(*) DESC, address LIMIT 1)"
    " ORDER BY first_asked_ms, device LIMIT 1";

static void read_row(struct statement *s, struct enrolment *out)
{
    memset(out, 0, sizeof *out);
    mac_key_to_text(statement_int(s, 0), out->mac);
    out->state = (enum enrolment_state)statement_int(s, 1);
    statement_text(s, 2, out->key_sha256, sizeof out->key_sha256);
    statement_text(s, 3, out->claim, sizeof out->claim);
    statement_text(s, 4, out->address, sizeof out->address);
    out->first_asked_ms = statement_int(s, 5);
    out->last_asked_ms = statement_int(s, 6);
    out->tries = statement_int(s, 7);
    statement_text(s, 8, out->code_sha256, sizeof out->code_sha256);
    out->code_tries = statement_int(s, 9);
    statement_text(s, 10, out->decided_by, sizeof out->decided_by);
    out->decided_at_ms = statement_int(s, 11);
    out->alarms = statement_int(s, 12);
    out->alarm_at_ms = statement_int(s, 13);
    statement_text(s, 14, out->serial, sizeof out->serial);
    statement_text(s, 15, out->alarm_key_sha256, sizeof out->alarm_key_sha256);
    statement_text(s, 16, out->trouble, sizeof out->trouble);
    out->trouble_at_ms = statement_int(s, 17);
}

int enrolment_store_get(
    struct store_connection *connection, const char *mac, struct enrolment *out, struct err *err)
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
        return err_set(err, ERR_NOT_FOUND, "no enrolment of %s", mac);
    return rc < 0 ? rc : 0;
}

int enrolment_store_put(
    struct store_connection *connection, const struct enrolment *enrolment, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, upsert, enrolment->mac, err);

    if (rc < 0)
        return rc;
    statement_bind_int(&s, enrolment->state);
    statement_bind_text(&s, enrolment->key_sha256);
    statement_bind_text(&s, enrolment->claim);
    statement_bind_text(&s, enrolment->address);
    statement_bind_int(&s, enrolment->first_asked_ms);
    statement_bind_int(&s, enrolment->last_asked_ms);
    statement_bind_int(&s, enrolment->tries);
    statement_bind_text(&s, enrolment->code_sha256);
    statement_bind_int(&s, enrolment->code_tries);
    statement_bind_text(&s, enrolment->decided_by);
    statement_bind_int(&s, enrolment->decided_at_ms);
    statement_bind_int(&s, enrolment->alarms);
    statement_bind_int(&s, enrolment->alarm_at_ms);
    statement_bind_text(&s, enrolment->serial);
    statement_bind_text(&s, enrolment->alarm_key_sha256);
    statement_bind_text(&s, enrolment->trouble);
    statement_bind_int(&s, enrolment->trouble_at_ms);
    return statement_run(&s, err);
}

int enrolment_store_put_certificate(struct store_connection *connection, const char *mac,
    const uint8_t *der, size_t n, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc == 0 && n > ENROLMENT_STORE_CERTIFICATE_MAX)
        rc = err_set(err, ERR_TOO_LARGE, "a certificate of more than %d bytes is not kept",
            ENROLMENT_STORE_CERTIFICATE_MAX);
    if (rc < 0)
        return rc;
    statement_open(&s, connection, update_certificate);
    statement_bind_int(&s, key);
    statement_bind_blob(&s, der, n);
    return statement_run(&s, err);
}

int enrolment_store_get_certificate(
    struct store_connection *connection, const char *mac, uint8_t **der, size_t *n, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);
    uint8_t *bytes = rc == 0 ? malloc(ENROLMENT_STORE_CERTIFICATE_MAX) : NULL;

    if (rc < 0)
        return rc;
    if (bytes == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
    statement_open(&s, connection, select_certificate);
    statement_bind_int(&s, key);
    rc = statement_step(&s, err);
    if (rc > 0)
        *n = statement_blob(&s, 0, bytes, ENROLMENT_STORE_CERTIFICATE_MAX);
    statement_close(&s);
    if (rc > 0) {
        *der = bytes;
        return 0;
    }
    free(bytes);
    return rc < 0 ? rc : err_set(err, ERR_NOT_FOUND, "no certificate of %s is kept", mac);
}

int enrolment_store_remove(struct store_connection *connection, const char *mac, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, delete_one, mac, err);

    if (rc < 0)
        return rc;
    rc = statement_step(&s, err);
    if (rc > 0) {
        int end = statement_step(&s, err); // so that it is done

        statement_close(&s);
        return end;
    }
    statement_close(&s);
    return rc < 0 ? rc : err_set(err, ERR_NOT_FOUND, "no enrolment of %s", mac);
}

// Goes through the rows of an open statement, and closes it.
static int each_row(struct statement *s, int (*each)(const struct enrolment *enrolment, void *ctx),
    void *ctx, struct err *err)
{
    struct enrolment enrolment;
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        read_row(s, &enrolment);
        rc = each(&enrolment, ctx);
    }
    return rc;
}

int enrolment_store_each_pending(struct store_connection *connection,
    int (*each)(const struct enrolment *enrolment, void *ctx), void *ctx, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_pending);
    return each_row(&s, each, ctx, err);
}

int enrolment_store_page(struct store_connection *connection, const struct enrolment_page *page,
    int (*each)(const struct enrolment *enrolment, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    int64_t key = -1;
    int rc = page->after[0] != '\0' ? mac_key_read(page->after, &key, err) : 0;

    if (rc < 0)
        return rc;
    statement_open(&s, connection, select_page);
    statement_bind_int(&s, key);
    statement_bind_int(&s, page->state);
    statement_bind_int(&s, page->limit);
    return each_row(&s, each, ctx, err);
}

int enrolment_store_count(
    struct store_connection *connection, int64_t counts[ENROLMENT_STATE_COUNT], struct err *err)
{
    struct statement s;
    int rc = 0;

    memset(counts, 0, ENROLMENT_STATE_COUNT * sizeof counts[0]);
    statement_open(&s, connection, count_all);
    while (statement_next(&s, &rc, err)) {
        int64_t state = statement_int(&s, 0);

        if (state >= 0 && state < ENROLMENT_STATE_COUNT)
            counts[state] = statement_int(&s, 1);
    }
    return rc;
}

int enrolment_store_count_pending(
    struct store_connection *connection, int64_t *count, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, count_waiting);

    int rc = statement_step(&s, err);

    *count = rc > 0 ? statement_int(&s, 0) : 0;
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int enrolment_store_find_leaving(
    struct store_connection *connection, char mac[MAC_SIZE], struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_leaving);

    int rc = statement_step(&s, err);

    if (rc > 0)
        mac_key_to_text(statement_int(&s, 0), mac);
    statement_close(&s);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "no device waits");
    return rc < 0 ? rc : 0;
}
