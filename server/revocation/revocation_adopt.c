// Who is shut out by a list that is newer than the database.
#include "server/revocation/revocation_adopt.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/revocation/revocation_change.h"
#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"

#define LINES_MAX 1000 // of the log, for each kind

// --- what is missing

struct finding {
    struct store_connection *connection;
    const struct revocation_list *there;
    const struct revocation_list *own;
    struct revocation_adopt *adopt;
    struct err *err;
};

static bool is_newer(const struct finding *f)
{
    return revocation_list_number(f->there) > revocation_list_number(f->own);
}

// Whether a list shuts out as much of a device as an entry of another does.
static bool has_device(
    const struct revocation_list *list, const struct revocation_list_entry *entry)
{
    return entry->before_ms == 0 ||
           revocation_list_has_device(list, entry->mac,
               entry->before_ms == REVOCATION_ALL_MS ? INT64_MAX : entry->before_ms - 1);
}

static int add(const struct finding *f, struct revocation_list *list,
    const struct revocation_list_entry *entry)
{
    int rc = entry->serial[0] != '\0'
                 ? revocation_list_add_serial(list, entry->serial)
                 : revocation_list_add_device(list, entry->mac, entry->before_ms);

    return rc < 0 ? err_set(f->err, rc, "no memory for what the database lacks") : 0;
}

// Whether a certificate is out for good, in whatever way; a hold ends with its device's.
static int is_out(const struct certificate_record *record, void *ctx)
{
    (void)ctx;
    return record->revoked_at_ms != 0 &&
           !(record->with_device && revocation_reason_is_hold(record->reason));
}

static int compare_serial(const struct finding *f, const struct revocation_list_entry *entry)
{
    if (revocation_list_has_serial(f->own, entry->serial))
        return 0;

    int rc = certificate_store_each_with(f->connection, entry->serial, is_out, NULL, f->err);

    return rc != 0 ? (rc < 0 ? rc : 0) : add(f, f->adopt->missing, entry);
}

// Of a device that the database shuts out anyhow. What it is let in with one day depends on what it
// was shut out for last: a hold may have become more, and the device been in meanwhile.
static int compare_revoked(const struct finding *f, const struct revocation_list_entry *entry)
{
    struct device_revocation now;
    int rc = revocation_store_get(f->connection, entry->mac, &now, f->err);

    if (rc < 0)
        return rc;
    if (entry->before_ms != REVOCATION_ALL_MS)
        return now.before_ms < entry->before_ms ? add(f, f->adopt->missing, entry) : 0;
    if (!is_newer(f))
        return 0;
    return add(
        f, revocation_reason_is_hold(now.reason) ? f->adopt->missing : f->adopt->again, entry);
}

static int compare_device(const struct finding *f, const struct revocation_list_entry *entry)
{
    if (revocation_list_has_device(f->own, entry->mac, INT64_MAX))
        return compare_revoked(f, entry);
    return has_device(f->own, entry) ? 0 : add(f, f->adopt->missing, entry);
}

static int find_missing(const struct finding *f)
{
    size_t count = revocation_list_count(f->there);
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        struct revocation_list_entry entry;

        revocation_list_get(f->there, i, &entry);
        rc = entry.serial[0] != '\0' ? compare_serial(f, &entry) : compare_device(f, &entry);
    }
    return rc;
}

// Devices, each of whose certificates is out by one list and not by the other.
static int find_kept(const struct finding *f)
{
    size_t count = revocation_list_count(f->own);
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        struct revocation_list_entry entry;

        revocation_list_get(f->own, i, &entry);
        if (entry.before_ms == REVOCATION_ALL_MS && !has_device(f->there, &entry))
            rc = add(f, f->adopt->kept, &entry);
    }
    return rc;
}

int revocation_adopt_find(struct store_connection *connection, const struct revocation_list *there,
    const struct revocation_list *own, struct revocation_adopt *out, struct err *err)
{
    struct finding finding = {connection, there, own, out, err};

    *out = (struct revocation_adopt){.number = revocation_list_number(there) + 1};
    if (revocation_list_new(0, &out->missing) < 0 || revocation_list_new(0, &out->again) < 0 ||
        revocation_list_new(0, &out->kept) < 0 || revocation_list_new(0, &out->refused) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for what the database lacks");

    int rc = find_missing(&finding);

    return rc < 0 || !is_newer(&finding) ? rc : find_kept(&finding);
}

void revocation_adopt_clear(struct revocation_adopt *adopt)
{
    revocation_list_free(adopt->missing);
    revocation_list_free(adopt->again);
    revocation_list_free(adopt->kept);
    revocation_list_free(adopt->refused);
    *adopt = (struct revocation_adopt){0};
}

// --- into the database

static int take_serial(struct store_connection *connection, struct revocation_adopt *adopt,
    const char *serial, struct err *err)
{
    struct revocation_change change = {.subject = serial, .reason = REVOCATION_REASON_LISTED};
    int rc = revocation_change_revoke_certificate(connection, &change, err);

    if (rc != ERR_CONFLICT)
        return rc;
    rc = revocation_list_add_serial(adopt->refused, serial);
    return rc < 0 ? err_set(err, rc, "no memory for what is not taken") : 0;
}

// A device that is, or was, in again, but not with its older certificates.
static int take_before(
    struct store_connection *connection, const struct revocation_list_entry *entry, struct err *err)
{
    int64_t now_ms = clock_now_ms();
    struct device_revocation now = {
        .revoked_at_ms = now_ms, .reason = REVOCATION_REASON_LISTED, .readmitted_at_ms = now_ms};
    int rc = revocation_store_get(connection, entry->mac, &now, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    memcpy(now.mac, entry->mac, sizeof now.mac);
    if (now.before_ms < entry->before_ms)
        now.before_ms = entry->before_ms;
    return revocation_store_put(connection, &now, err);
}

static int take(struct store_connection *connection, struct revocation_adopt *adopt,
    const struct revocation_list_entry *entry, struct err *err)
{
    struct revocation_change change = {.subject = entry->mac, .reason = REVOCATION_REASON_LISTED};

    if (entry->serial[0] != '\0')
        return take_serial(connection, adopt, entry->serial, err);
    return entry->before_ms == REVOCATION_ALL_MS
               ? revocation_change_revoke(connection, &change, err)
               : take_before(connection, entry, err);
}

static int take_missing(
    struct store_connection *connection, struct revocation_adopt *adopt, struct err *err)
{
    size_t count = revocation_list_count(adopt->missing);
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        struct revocation_list_entry entry;

        revocation_list_get(adopt->missing, i, &entry);
        rc = take(connection, adopt, &entry, err);
    }
    return rc;
}

static int take_again(
    struct store_connection *connection, struct revocation_adopt *adopt, struct err *err)
{
    size_t count = revocation_list_count(adopt->again);
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        struct revocation_list_entry entry;

        revocation_list_get(adopt->again, i, &entry);
        entry.before_ms = revocation_change_before_ms();
        rc = take_before(connection, &entry, err);
    }
    return rc;
}

int revocation_adopt_run(struct store_connection *connection, void *ctx, struct err *err)
{
    struct revocation_adopt *adopt = ctx;
    int rc = take_missing(connection, adopt, err);

    if (rc == 0)
        rc = take_again(connection, adopt, err);
    return rc < 0 ? rc : revocation_store_set_number(connection, (int64_t)adopt->number, err);
}

// --- what the logs say

struct naming {
    const struct revocation_list *list;
    struct revocation_list_entry entry;
};

static const char *name_entry(size_t i, void *ctx)
{
    struct naming *naming = ctx;

    revocation_list_get(naming->list, i, &naming->entry);
    return naming->entry.serial[0] != '\0' ? naming->entry.serial : naming->entry.mac;
}

void revocation_adopt_tell(struct audit_told *told, const void *ctx)
{
    const struct revocation_adopt *adopt = ctx;
    struct naming naming = {.list = adopt->missing};
    size_t count = revocation_list_count(adopt->missing);

    audit_json_add_number(&told->after, "number", (int64_t)adopt->number);
    audit_json_add_number(&told->after, "count", (int64_t)count);
    audit_json_add_number(&told->after, "refused", (int64_t)revocation_list_count(adopt->refused));
    audit_json_add_list(&told->after, "revoked", count, name_entry, &naming);
}

static void log_missing(
    const struct revocation_list *refused, const struct revocation_list_entry *e)
{
    char time[CLOCK_TEXT_SIZE];

    if (e->serial[0] != '\0' && revocation_list_has_serial(refused, e->serial)) {
        log_error("revocation",
            "not taken from the list serial=%s: several certificates have this number, and this "
            "daemon never shut such a number out; revoke the device that is meant with 'secureesp "
            "devices revoke'",
            e->serial);
    } else if (e->serial[0] != '\0') {
        log_warning(
            "revocation", "certificate revoked, as it was in the newer list serial=%s", e->serial);
    } else if (e->before_ms == REVOCATION_ALL_MS) {
        log_warning("revocation", "device revoked, as it was in the newer list mac=%s", e->mac);
    } else {
        clock_format(e->before_ms, time);
        log_warning("revocation",
            "certificates of a device shut out, as they were in the newer list mac=%s before=%s",
            e->mac, time);
    }
}

static void log_kept(const struct revocation_list *unused, const struct revocation_list_entry *e)
{
    (void)unused;
    log_warning("revocation",
        "device stays revoked, though the newer list did not name it mac=%s: if it was let in "
        "again after the copy was made, 'secureesp devices readmit %s' does that once more",
        e->mac, e->mac);
}

static void log_each(const struct revocation_list *list, const struct revocation_list *refused,
    void (*log)(const struct revocation_list *refused, const struct revocation_list_entry *entry))
{
    size_t count = revocation_list_count(list);

    for (size_t i = 0; i < count && i < LINES_MAX; i++) {
        struct revocation_list_entry entry;

        revocation_list_get(list, i, &entry);
        log(refused, &entry);
    }
    if (count > LINES_MAX)
        log_warning("revocation", "and so on: %zu more", count - LINES_MAX);
}

void revocation_adopt_log(const struct revocation_adopt *adopt)
{
    log_each(adopt->missing, adopt->refused, log_missing);
    log_each(adopt->kept, adopt->refused, log_kept);
}
