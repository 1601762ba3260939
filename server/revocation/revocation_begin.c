// The list that a start finds, beside the database that it finds.
#include "server/revocation/revocation_begin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/log.h"
#include "server/revocation/revocation_adopt.h"
#include "server/revocation/revocation_load.h"
#include "server/store/revocation_store.h"

struct beginning {
    struct store *store;
    const struct revocation_file *file;
    const struct revocation_file_found *found;
    const struct revocation_list *own; // the database's
    char *note;
    struct err *err;
};

static void tell(const struct beginning *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(const struct beginning *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(b->note, REVOCATION_BEGIN_NOTE_SIZE, format, args);
    va_end(args);
    log_warning("revocation", "%s", b->note);
}

static int set_number(struct store_connection *connection, void *ctx, struct err *err)
{
    const uint64_t *number = ctx;

    return revocation_store_set_number(connection, (int64_t)*number, err);
}

// Numbers rise, whatever the list that bore the last one says.
static int begin_damaged(const struct beginning *b)
{
    static const struct audit_change change = {.verb = "renumber", .kind = AUDIT_REVOCATIONS};
    uint64_t next = b->found->number + 1;

    if (b->found->number == 0) {
        tell(b,
            "the list of revoked clients was damaged (%s): it does not show whether the database "
            "is older; if that was restored from a copy, whoever was revoked since is let in again",
            b->found->reason);
        return 0;
    }
    if (b->found->number <= revocation_list_number(b->own)) {
        log_info("revocation", "the list of revoked clients was damaged reason=\"%s\"",
            b->found->reason);
        return 0;
    }
    tell(b,
        "the list of revoked clients was newer than the database (%llu, not %llu) and damaged "
        "(%s): whoever was revoked since the database was copied is let in again, and nothing "
        "tells who; the list is kept as %s.damaged",
        (unsigned long long)b->found->number, (unsigned long long)revocation_list_number(b->own),
        b->found->reason, b->file->path);
    return audit_run(b->store, &change, set_number, &next, b->err);
}

static void begin_missing(const struct beginning *b)
{
    if (revocation_list_number(b->own) > 0)
        tell(b,
            "the list of revoked clients was missing: it does not show whether the database is "
            "older; if that was restored from a copy, whoever was revoked since is let in again");
}

static void tell_adopted(const struct beginning *b, const struct revocation_adopt *adopt)
{
    size_t taken = revocation_list_count(adopt->missing) - revocation_list_count(adopt->refused);
    size_t kept = revocation_list_count(adopt->kept);
    char more[160] = "";

    if (kept > 0)
        snprintf(more, sizeof more,
            "; %zu revoked devices that it did not name stay revoked: 'secureesp devices readmit' "
            "those that had been let in again",
            kept);
    tell(b,
        "the list of revoked clients was %s the database (%llu, not %llu): was that restored from "
        "a copy? Entries taken from the list: %zu (reason " REVOCATION_REASON_LISTED
        ", named in the log)%s",
        b->found->number > revocation_list_number(b->own) ? "newer than" : "another than that in",
        (unsigned long long)b->found->number, (unsigned long long)revocation_list_number(b->own),
        taken, more);
}

static int adopt(const struct beginning *b)
{
    static const struct audit_change change = {
        .verb = "adopt", .kind = AUDIT_REVOCATIONS, .tell = revocation_adopt_tell};
    struct store_connection *connection;
    struct revocation_adopt adopted;
    int rc = store_read_begin(b->store, &connection, b->err);

    if (rc < 0)
        return rc;
    rc = revocation_adopt_find(connection, b->found->list, b->own, &adopted, b->err);
    store_read_end(b->store, connection);

    bool is_due = b->found->number > revocation_list_number(b->own) ||
                  (rc == 0 && revocation_list_count(adopted.missing) > 0);

    if (rc == 0 && is_due)
        rc = audit_run(b->store, &change, revocation_adopt_run, &adopted, b->err);
    if (rc == 0 && is_due) {
        tell_adopted(b, &adopted);
        revocation_adopt_log(&adopted);
    }
    revocation_adopt_clear(&adopted);
    return rc;
}

// Whether the list is word for word what the database would have written.
static bool is_same(const struct beginning *b)
{
    char *text;
    size_t n;

    if (revocation_list_format(b->own, &text, &n) < 0)
        return false;

    bool same = n == b->found->n && memcmp(text, b->found->text, n) == 0;

    free(text);
    return same;
}

static int begin(const struct beginning *b)
{
    switch (b->found->state) {
    case REVOCATION_FILE_NONE: begin_missing(b); return 0;
    case REVOCATION_FILE_DAMAGED: return begin_damaged(b);
    case REVOCATION_FILE_WHOLE: break;
    }
    return b->found->number < revocation_list_number(b->own) || is_same(b) ? 0 : adopt(b);
}

static int load(struct store *store, struct revocation_list **out, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = revocation_load(connection, out, err);
    store_read_end(store, connection);
    return rc;
}

int revocation_begin_run(struct store *store, struct revocation_file *file,
    char note[REVOCATION_BEGIN_NOTE_SIZE], struct err *err)
{
    struct revocation_file_found found;
    struct revocation_list *own;
    int rc = revocation_file_begin(file, &found, err);

    note[0] = '\0';
    if (rc < 0)
        return rc;
    rc = load(store, &own, err);
    if (rc == 0) {
        struct beginning beginning = {store, file, &found, own, note, err};

        rc = begin(&beginning);
        revocation_list_free(own);
    }
    revocation_file_found_clear(&found);
    return rc;
}
