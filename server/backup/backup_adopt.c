// A database that was put back from a backup.
#include "server/backup/backup_adopt.h"

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/restored_store.h"

static int adopt(struct store_connection *connection, void *ctx, struct err *err)
{
    return restored_store_adopt(connection, clock_now_ms(), ctx, err);
}

static void tell(struct audit_told *told, const void *ctx)
{
    const struct restored_store_facts *facts = ctx;

    audit_json_add_number(&told->after, "made_at_ms", facts->made_at_ms);
    audit_json_add_number(&told->after, "commands_ended", facts->commands);
}

static int is_marked(struct store *store, bool *out, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = restored_store_is_marked(connection, out, err);
    store_read_end(store, connection);
    return rc;
}

static int adopt_if_marked(struct store *store, struct err *err)
{
    struct restored_store_facts facts = {0};
    struct audit_change change = {.verb = "restore", .kind = AUDIT_BACKUP, .tell = tell};
    char made_at[CLOCK_TEXT_SIZE];
    bool marked = false;
    int rc = is_marked(store, &marked, err);

    if (rc < 0 || !marked)
        return rc;
    rc = audit_run(store, &change, adopt, &facts, err);
    if (rc < 0)
        return err_context(err, "cannot take over the database that was put back");
    clock_format(facts.made_at_ms, made_at);
    log_warning("backup",
        "the database was put back from a backup made_at=%s commands_ended=%lld: what was revoked, "
        "published or set since then is not in it",
        made_at, (long long)facts.commands);
    return 0;
}

int backup_adopt_open(const char *path, struct store **out, struct err *err)
{
    struct store *store;
    int rc = store_open(path, &store, err);

    if (rc < 0)
        return rc;
    rc = adopt_if_marked(store, err);
    if (rc < 0) {
        store_close(store);
        return rc;
    }
    *out = store;
    return 0;
}
