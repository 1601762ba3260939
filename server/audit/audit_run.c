// A change and what the audit log says of it, as one.
#include "server/audit/audit_run.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_chain.h"
#include "server/audit/audit_state.h"
#include "server/audit/audit_terms.h"
#include "server/base/clock.h"
#include "server/store/audit_store.h"

static int read_state(struct store_connection *connection, const struct audit_change *change,
    struct audit_json *out, struct err *err)
{
    if (change->tell != NULL)
        return 0;
    return audit_state_read(
        connection, change->kind, change->object != NULL ? change->object : "", out, err);
}

static void fill_row(
    const struct audit_change *change, const struct audit_told *told, struct audit_row *row)
{
    static const struct audit_author daemon = {.who = AUDIT_WHO_DAEMON};

    *row = (struct audit_row){.at_ms = clock_system_ms(),
        .author = change->by != NULL ? *change->by : daemon,
        .forced = change->forced};
    row->author.terms = NULL; // they end with the request
    snprintf(row->verb, sizeof row->verb, "%s", change->verb);
    snprintf(row->kind, sizeof row->kind, "%s", audit_kind_name(change->kind));
    snprintf(row->object, sizeof row->object, "%s", told->object);
    memcpy(row->before, told->before.text, sizeof row->before);
    memcpy(row->after, told->after.text, sizeof row->after);
}

static int write_row(struct store_connection *connection, struct audit_row *row, struct err *err)
{
    char previous[AUDIT_HASH_SIZE] = AUDIT_CHAIN_START;
    int64_t last = 0;
    int rc = audit_store_get_head(connection, &last, previous, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    row->number = last + 1;
    audit_chain_hash(row, previous, row->hash);
    return audit_store_add(connection, row, err);
}

static int write_told(struct store_connection *connection, const struct audit_change *change,
    const struct audit_told *told, struct err *err)
{
    struct audit_row row;

    if (told->before.failed || told->after.failed)
        return err_set(err, ERR_TOO_LARGE, "the audit log has no room for what is changed");
    if (strcmp(told->before.text, told->after.text) == 0)
        return 0;
    fill_row(change, told, &row);
    return write_row(connection, &row, err);
}

// The change with its row.
static int run_told(struct store_connection *connection, const struct audit_change *change,
    store_job job, void *ctx, struct err *err)
{
    struct audit_told told = {.object = ""};
    int rc = read_state(connection, change, &told.before, err);

    if (rc < 0)
        return rc;
    rc = job(connection, ctx, err);
    if (rc < 0)
        return rc;
    if (change->object != NULL)
        snprintf(told.object, sizeof told.object, "%s", change->object);
    if (change->tell != NULL)
        change->tell(&told, ctx);

    int written = read_state(connection, change, &told.after, err);

    if (written == 0)
        written = write_told(connection, change, &told, err);
    return written < 0 ? written : rc;
}

int audit_run_within(struct store_connection *connection, const struct audit_change *change,
    store_job job, void *ctx, struct err *err)
{
    struct audit_terms *terms = change->by != NULL ? change->by->terms : NULL;
    int kept;
    int rc;

    if (terms == NULL || terms->is_under_way) // it is a part of another change
        return run_told(connection, change, job, ctx, err);
    rc = audit_terms_judge(connection, terms, err);
    if (rc < 0)
        return rc;
    terms->is_under_way = true;
    rc = run_told(connection, change, job, ctx, err);
    terms->is_under_way = false;
    if (rc < 0)
        return rc;
    kept = audit_terms_keep(connection, terms, err);
    return kept < 0 ? kept : rc;
}

struct run {
    const struct audit_change *change;
    store_job job;
    void *ctx;
};

static int run_job(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct run *run = ctx;

    return audit_run_within(connection, run->change, run->job, run->ctx, err);
}

int audit_run(struct store *store, const struct audit_change *change, store_job job, void *ctx,
    struct err *err)
{
    struct run run = {change, job, ctx};

    return store_write(store, run_job, &run, err);
}
