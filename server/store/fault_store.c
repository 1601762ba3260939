// What could not be read of devices' payloads, in the database.
#include "server/store/fault_store.h"

#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char upsert[] =
    "INSERT INTO device_faults (device, topic, count, at_ms, position, more, reason, excerpt)"
    " VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7)"
    " ON CONFLICT (device, topic) DO UPDATE SET count = device_faults.count + 1,"
    " at_ms = excluded.at_ms, position = excluded.position, more = excluded.more,"
    " reason = excluded.reason, excerpt = excluded.excerpt";

// What the second device sent is the last that is seen of it.
static const char move_of_device[] =
    "INSERT INTO device_faults (device, topic, count, at_ms, position, more, reason, excerpt)"
    " SELECT ?2, topic, count, at_ms, position, more, reason, excerpt FROM device_faults"
    "  WHERE device = ?1"
    " ON CONFLICT (device, topic) DO UPDATE SET count = device_faults.count + excluded.count";

static const char delete_of_device[] = "DELETE FROM device_faults WHERE device = ?1";

static const char select_all[] =
    "SELECT topic, count, at_ms, position, more, reason, excerpt FROM device_faults"
    " WHERE device = ?1 ORDER BY at_ms DESC, topic";

int fault_store_add(struct store_connection *connection, const char *mac,
    const struct device_fault *fault, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return err_set(err, ERR_INVALID, "no MAC: %s", mac);
    statement_open(&s, connection, upsert);
    statement_bind_int(&s, key);
    statement_bind_text(&s, fault->topic);
    statement_bind_int(&s, fault->at_ms);
    statement_bind_int(&s, fault->position);
    statement_bind_int(&s, fault->more);
    statement_bind_text(&s, fault->reason);
    statement_bind_text(&s, fault->excerpt);
    return statement_run(&s, err);
}

static void read_fault(struct statement *s, struct device_fault *out)
{
    memset(out, 0, sizeof *out);
    statement_text(s, 0, out->topic, sizeof out->topic);
    out->count = statement_int(s, 1);
    out->at_ms = statement_int(s, 2);
    out->position = statement_int(s, 3);
    out->more = statement_int(s, 4);
    statement_text(s, 5, out->reason, sizeof out->reason);
    statement_text(s, 6, out->excerpt, sizeof out->excerpt);
}

int fault_store_each(struct store_connection *connection, const char *mac,
    int (*each)(const struct device_fault *fault, void *ctx), void *ctx, struct err *err)
{
    struct statement s;
    struct device_fault fault;
    int64_t key;
    int rc = 0;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, select_all);
    statement_bind_int(&s, key);
    while (statement_next(&s, &rc, err)) {
        read_fault(&s, &fault);
        rc = each(&fault, ctx);
    }
    return rc;
}

int fault_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err)
{
    int rc = device_rows_move(connection, move_of_device, macs, err);

    return rc < 0 ? rc : device_rows_delete(connection, delete_of_device, macs[0], err);
}
