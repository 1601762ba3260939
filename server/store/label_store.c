// What operators call devices, in the database.
#include "server/store/label_store.h"

#include <string.h>

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

static const char select_one[] = "SELECT name, place, note FROM device_labels WHERE device = ?1";

static const char upsert[] =
    "INSERT INTO device_labels (device, name, place, note) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (device) DO UPDATE SET name = excluded.name, place = excluded.place,"
    " note = excluded.note";

static const char delete_one[] = "DELETE FROM device_labels WHERE device = ?1";

bool label_store_is_set(const struct device_label *label)
{
    return label->name[0] != '\0' || label->place[0] != '\0' || label->note[0] != '\0';
}

int label_store_get(
    struct store_connection *connection, const char *mac, struct device_label *out, struct err *err)
{
    struct device_label label = {.name = ""};
    struct statement s;
    int rc = device_rows_open(&s, connection, select_one, mac, err);

    if (rc < 0)
        return rc;
    rc = statement_step(&s, err);
    if (rc > 0) {
        statement_text(&s, 0, label.name, sizeof label.name);
        statement_text(&s, 1, label.place, sizeof label.place);
        statement_text(&s, 2, label.note, sizeof label.note);
    }
    statement_close(&s);
    if (rc < 0)
        return rc;
    *out = label;
    return 0;
}

int label_store_put(struct store_connection *connection, const char *mac,
    const struct device_label *label, struct err *err)
{
    struct statement s;
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc < 0)
        return rc;
    if (!label_store_is_set(label))
        return device_rows_delete(connection, delete_one, mac, err);
    statement_open(&s, connection, upsert);
    statement_bind_int(&s, key);
    statement_bind_text(&s, label->name);
    statement_bind_text(&s, label->place);
    statement_bind_text(&s, label->note);
    return statement_run(&s, err);
}

int label_store_move(
    struct store_connection *connection, const char *const macs[2], struct err *err)
{
    struct device_label label;
    int rc = label_store_get(connection, macs[0], &label, err);

    if (rc < 0 || !label_store_is_set(&label))
        return rc;
    rc = label_store_put(connection, macs[1], &label, err);
    return rc < 0 ? rc : device_rows_delete(connection, delete_one, macs[0], err);
}
