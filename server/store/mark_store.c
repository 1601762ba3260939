// What an operator has said of devices, in the database.
#include "server/store/mark_store.h"

#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_one[] = "SELECT held_at_ms, held_by, hold_reason, canary, pin, channel"
                                 " FROM device_marks WHERE device = ?1";

static const char upsert[] =
    "INSERT INTO device_marks (device, held_at_ms, held_by, hold_reason, canary, pin, channel)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    " ON CONFLICT (device) DO UPDATE SET held_at_ms = excluded.held_at_ms,"
    " held_by = excluded.held_by, hold_reason = excluded.hold_reason, canary = excluded.canary,"
    " pin = excluded.pin, channel = excluded.channel";

static const char delete_one[] = "DELETE FROM device_marks WHERE device = ?1";

int mark_store_get(
    struct store_connection *connection, const char *mac, struct device_mark *out, struct err *err)
{
    struct device_mark mark = {.held_at_ms = 0};
    struct statement s;
    int rc = device_rows_open(&s, connection, select_one, mac, err);

    if (rc < 0)
        return rc;
    rc = statement_step(&s, err);
    if (rc > 0) {
        mark.held_at_ms = statement_int(&s, 0);
        statement_text(&s, 1, mark.held_by, sizeof mark.held_by);
        statement_text(&s, 2, mark.hold_reason, sizeof mark.hold_reason);
        mark.is_canary = statement_int(&s, 3) == 1;
        statement_text(&s, 4, mark.pin, sizeof mark.pin);
        mark.channel = channel_from(statement_int(&s, 5));
    }
    statement_close(&s);
    if (rc < 0)
        return rc;
    *out = mark;
    return 0;
}

int mark_store_put(struct store_connection *connection, const char *mac,
    const struct device_mark *mark, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc < 0)
        return rc;
    if (mark->held_at_ms == 0 && !mark->is_canary && mark->pin[0] == '\0' &&
        mark->channel == CHANNEL_NONE)
        return device_rows_delete(connection, delete_one, mac, err);
    statement_open(&s, connection, upsert);
    statement_bind_int(&s, key);
    statement_bind_int(&s, mark->held_at_ms);
    statement_bind_text(&s, mark->held_by);
    statement_bind_text(&s, mark->hold_reason);
    statement_bind_int(&s, mark->is_canary);
    statement_bind_text(&s, mark->pin);
    statement_bind_int(&s, mark->channel);
    return statement_run(&s, err);
}

int mark_store_move(struct store_connection *connection, const char *const macs[2], struct err *err)
{
    struct device_mark from;
    struct device_mark to;
    int rc = mark_store_get(connection, macs[0], &from, err);

    if (rc == 0)
        rc = mark_store_get(connection, macs[1], &to, err);
    if (rc < 0)
        return rc;
    if (from.held_at_ms != 0) {
        to.held_at_ms = from.held_at_ms;
        memcpy(to.held_by, from.held_by, sizeof to.held_by);
        memcpy(to.hold_reason, from.hold_reason, sizeof to.hold_reason);
    }
    to.is_canary = to.is_canary || from.is_canary;
    if (from.pin[0] != '\0')
        memcpy(to.pin, from.pin, sizeof to.pin);
    if (from.channel != CHANNEL_NONE)
        to.channel = from.channel;
    rc = mark_store_put(connection, macs[1], &to, err);
    return rc < 0 ? rc : device_rows_delete(connection, delete_one, macs[0], err);
}

int mark_store_check_free(struct store_connection *connection, const char *mac, struct err *err)
{
    struct device_mark mark;
    int rc = mark_store_get(connection, mac, &mark, err);

    if (rc < 0 || mark.held_at_ms == 0)
        return rc;
    return err_set(err, ERR_CONFLICT,
        "device %s is held by %s, so that nothing is changed on it%s%s; 'secureesp devices unhold "
        "%s' ends that",
        mac, mark.held_by, mark.hold_reason[0] != '\0' ? ": " : "", mark.hold_reason, mac);
}
