// What rollouts try on devices.
#include "server/store/rollout_patch_store.h"

#include "server/store/device_rows.h"
#include "server/store/mac_key.h"
#include "server/store/statement.h"

_Static_assert(
    ROLLOUT_CONFIG == 1 && ROLLOUT_DONE == 3 && ROLLOUT_DOWNLOADING == 1 && ROLLOUT_UPDATED == 3,
    "kinds, states and stages are stored as these numbers");
_Static_assert(ROLLOUT_SCOPE_SIZE == SETTINGS_STORE_NAME_SIZE &&
                   ROLLOUT_PATCH_SIZE == SETTINGS_STORE_PATCH_SIZE &&
                   ROLLOUT_BY_SIZE == SETTINGS_STORE_BY_SIZE,
    "it becomes a layer");

#define TRIAL "o.id, o.name, o.scope, o.scope_name, o.patch"

static const char select_all[] =
    "SELECT " TRIAL " FROM rollouts AS o WHERE o.kind = 1 AND o.state < 3 ORDER BY o.id";

static const char select_one[] =
    "SELECT " TRIAL " FROM rollout_devices AS r JOIN rollouts AS o ON o.id = r.rollout"
    " WHERE r.device = ?1 AND r.stage IN (1, 2, 3) AND o.kind = 1 AND o.state < 3"
    " ORDER BY o.id LIMIT 1";

static const char select_devices[] =
    "SELECT r.rollout, r.device FROM rollouts AS o JOIN rollout_devices AS r ON r.rollout = o.id"
    " WHERE o.kind = 1 AND o.state < 3 AND r.stage IN (1, 2, 3) ORDER BY r.device, r.rollout";

static void read_row(struct statement *s, struct rollout_trial *out)
{
    *out = (struct rollout_trial){.rollout = statement_int(s, 0)};
    statement_text(s, 1, out->rollout_name, sizeof out->rollout_name);
    out->layer.scope = (enum settings_scope)statement_int(s, 2);
    statement_text(s, 3, out->layer.name, sizeof out->layer.name);
    statement_text(s, 4, out->layer.patch, sizeof out->layer.patch);
}

int rollout_patch_store_each(struct store_connection *connection,
    int (*each)(const struct rollout_trial *trial, void *ctx), void *ctx, struct err *err)
{
    struct rollout_trial trial;
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_all);
    while (statement_next(&s, &rc, err)) {
        read_row(&s, &trial);
        rc = each(&trial, ctx);
    }
    return rc;
}

int rollout_patch_store_get(struct store_connection *connection, const char *mac,
    struct rollout_trial *out, struct err *err)
{
    struct statement s;
    int rc = device_rows_open(&s, connection, select_one, mac, err);

    if (rc < 0)
        return rc;
    rc = statement_step(&s, err);
    if (rc > 0)
        read_row(&s, out);
    statement_close(&s);
    return rc < 0 ? rc : rc > 0 ? 0 : ERR_NOT_FOUND;
}

int rollout_patch_store_each_device(struct store_connection *connection,
    int (*each)(int64_t rollout, const char *mac, void *ctx), void *ctx, struct err *err)
{
    char mac[MAC_SIZE];
    struct statement s;
    int rc = 0;

    statement_open(&s, connection, select_devices);
    while (statement_next(&s, &rc, err)) {
        mac_key_to_text(statement_int(&s, 1), mac);
        rc = each(statement_int(&s, 0), mac, ctx);
    }
    return rc;
}
