// What the stores do alike with rows of devices.
#include "server/store/device_rows.h"

#include "common/image_name.h"
#include "server/store/mac_key.h"

int device_rows_open(struct statement *s, struct store_connection *connection, const char *sql,
    const char *mac, struct err *err)
{
    int64_t key;
    int rc = mac_key_read(mac, &key, err);

    if (rc < 0)
        return rc;
    statement_open(s, connection, sql);
    statement_bind_int(s, key);
    return 0;
}

int device_rows_delete(
    struct store_connection *connection, const char *sql, const char *mac, struct err *err)
{
    struct statement s;
    int64_t key;

    if (!mac_key_from_text(mac, &key))
        return 0;
    statement_open(&s, connection, sql);
    statement_bind_int(&s, key);
    return statement_run(&s, err);
}

int device_rows_move(struct store_connection *connection, const char *sql,
    const char *const macs[2], struct err *err)
{
    struct statement s;
    int64_t from;
    int64_t to;

    if (!mac_key_from_text(macs[0], &from) || !mac_key_from_text(macs[1], &to))
        return 0;
    statement_open(&s, connection, sql);
    statement_bind_int(&s, from);
    statement_bind_int(&s, to);
    return statement_run(&s, err);
}

int device_rows_each_mac(
    struct statement *s, int (*each)(const char *mac, void *ctx), void *ctx, struct err *err)
{
    char mac[MAC_SIZE];
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        mac_key_to_text(statement_int(s, 0), mac);
        rc = each(mac, ctx);
    }
    return rc;
}

int device_rows_each_image(struct statement *s,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err)
{
    char image[IMAGE_NAME_SIZE];
    int rc = 0;

    while (statement_next(s, &rc, err)) {
        statement_text(s, 0, image, sizeof image);
        rc = each(image, statement_int(s, 1), ctx);
    }
    return rc;
}
