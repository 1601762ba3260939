// What operators decide of enrolments.
#include "server/enrol/enrol_office.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/model/certificate_record.h"
#include "server/pki/digest.h"
#include "server/store/certificate_store.h"
#include "server/store/device_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/revocation_store.h"

// A decision under way: a store_job's ctx.
struct decision {
    const char *mac;
    const struct audit_author *by;
    const struct enrol_office_approval *approval;
    struct enrolment row;
    struct enrol_office_entry *entries;
    size_t count;
    bool with_code;
    struct enrolment_window window;
};

// Is there one? A new one is of that device.
static int read_row(
    struct store_connection *connection, const char *mac, struct enrolment *row, struct err *err)
{
    int rc = enrolment_store_get(connection, mac, row, err);

    if (rc != ERR_NOT_FOUND)
        return rc < 0 ? rc : 1;
    memset(row, 0, sizeof *row);
    snprintf(row->mac, sizeof row->mac, "%s", mac);
    return 0;
}

static int read_revocation(struct store_connection *connection, const char *mac,
    struct device_revocation *out, struct err *err)
{
    int rc = revocation_store_get(connection, mac, out, err);

    if (rc != ERR_NOT_FOUND)
        return rc;
    memset(out, 0, sizeof *out);
    return 0;
}

static int is_good(const struct certificate_record *record, void *ctx)
{
    const struct device_revocation *device = ctx;
    struct certificate_standing standing = certificate_record_standing(
        record, device->revoked_at_ms != 0 ? device : NULL, clock_system_ms());

    return strcmp(standing.state, "good") == 0;
}

// Whether a device has a certificate that is let in: 1 or 0, or an error.
static int has_good(struct store_connection *connection, const char *mac, struct err *err)
{
    struct device_revocation device;
    int rc = read_revocation(connection, mac, &device, err);

    return rc < 0 ? rc : certificate_store_each_of(connection, mac, is_good, &device, err);
}

static void decide(struct enrolment *row, enum enrolment_state state, const struct audit_author *by)
{
    row->state = state;
    row->decided_at_ms = clock_now_ms();
    snprintf(row->decided_by, sizeof row->decided_by, "%s", by->who);
    row->code_sha256[0] = '\0';
    row->code_tries = 0;
    row->trouble[0] = '\0';
    row->trouble_at_ms = 0;
}

static int check_new(struct store_connection *connection, const char *mac, struct err *err)
{
    struct device_record device = {0};
    int rc = has_good(connection, mac, err);

    if (rc > 0)
        return err_set(err, ERR_CONFLICT,
            "%s has a certificate; if it is to get another one, 'secureesp enrolments approve %s "
            "--key KEY'",
            mac, mac);
    if (rc == 0)
        rc = device_store_get(connection, mac, &device, err);
    if (rc == 0 && device.last_seen_ms != 0)
        return err_set(err, ERR_CONFLICT,
            "%s is in the list of devices; if it is to get a certificate, 'secureesp enrolments "
            "approve %s --key KEY'",
            mac, mac);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static void make_code(char out[ENROL_OFFICE_CODE_SIZE])
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz"; // 32
    uint8_t bytes[ENROL_OFFICE_CODE_SIZE - 1] = {0};

    // So few bytes come whole, or not at all before the machine has any chance.
    while (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        ;
    for (size_t i = 0; i < sizeof bytes; i++)
        out[i] = letters[bytes[i] % 32];
    out[sizeof bytes] = '\0';
}

static int add_one(struct store_connection *connection, struct enrol_office_entry *entry,
    const struct decision *it, struct err *err)
{
    struct enrolment row = {0};
    int rc = check_new(connection, entry->mac, err);

    if (rc == 0)
        rc = read_row(connection, entry->mac, &row, err);
    if (rc < 0)
        return rc;
    entry->is_new = rc == 0 || row.state != ENROLMENT_LISTED;
    decide(&row, ENROLMENT_LISTED, it->by);
    row.key_sha256[0] = '\0';
    row.serial[0] = '\0';
    if (it->with_code)
        digest_sha256((const uint8_t *)entry->code, strlen(entry->code), row.code_sha256);
    return enrolment_store_put(connection, &row, err);
}

static int add_all(struct store_connection *connection, void *ctx, struct err *err)
{
    struct decision *it = ctx;
    int rc = 0;

    for (size_t i = 0; i < it->count && rc == 0; i++)
        rc = add_one(connection, &it->entries[i], it, err);
    return rc;
}

static const char *mac_of(size_t i, void *ctx)
{
    return ((const struct decision *)ctx)->entries[i].mac;
}

// Whether there are codes, and not what they are.
static void tell_registered(struct audit_told *told, const void *ctx)
{
    const struct decision *it = ctx;

    if (it->count == 1)
        snprintf(told->object, sizeof told->object, "%s", it->entries[0].mac);
    audit_json_add_flag(&told->after, "needs_code", it->with_code);
    audit_json_add_number(&told->after, "count", (int64_t)it->count);
    audit_json_add_list(&told->after, "macs", it->count, mac_of, (void *)(uintptr_t)it);
}

int enrol_office_add(struct store *store, struct enrol_office_entry *entries, size_t count,
    bool with_code, const struct audit_author *by, struct err *err)
{
    struct decision it = {.by = by, .entries = entries, .count = count, .with_code = with_code};
    struct audit_change change = {
        .by = by, .verb = "register", .kind = AUDIT_ENROLMENT, .tell = tell_registered};

    for (size_t i = 0; i < count; i++) {
        entries[i].code[0] = '\0';
        if (with_code)
            make_code(entries[i].code);
    }

    int rc = audit_run(store, &change, add_all, &it, err);

    if (rc == 0)
        log_info("enrolment", "devices registered count=%zu with_code=%d by=%s", count,
            (int)with_code, by->who);
    return rc;
}

// Whether there is one key that is meant: of who waits, and of who was approved and has not come
// yet. If another one has asked since, it may be that one that is meant.
static bool has_key(const struct enrolment *row)
{
    return row->key_sha256[0] != '\0' &&
           (row->state == ENROLMENT_PENDING ||
               (row->state == ENROLMENT_APPROVED && row->alarm_at_ms < row->decided_at_ms));
}

static bool has_beginning(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static int refuse_any_key(const struct enrolment *row, struct err *err)
{
    bool has_alarm = row->alarm_key_sha256[0] != '\0';

    return err_set(err, ERR_CONFLICT,
        "no request of %s waits: name the key that is to get a certificate with --key (%s%s), or "
        "let in whichever asks next with --any-key",
        row->mac, has_alarm ? "the last that was refused is " : "SHA-256 of its public key",
        row->alarm_key_sha256);
}

static int choose_key(
    struct enrolment *row, const struct enrol_office_approval *approval, struct err *err)
{
    bool waits = has_key(row);
    const char *known = waits ? row->key_sha256 : row->alarm_key_sha256;
    const char *key = approval->key;

    if (approval->any_key) {
        row->key_sha256[0] = '\0';
        return 0;
    }
    if (key == NULL)
        return waits ? 0 : refuse_any_key(row, err);
    if (known[0] != '\0' && has_beginning(known, key))
        key = known;
    else if (waits)
        return err_set(err, ERR_CONFLICT,
            "%s waits with the key %s, which is another one; 'secureesp enrolments remove %s' "
            "forgets that",
            row->mac, known, row->mac);
    else if (strlen(key) != sizeof row->key_sha256 - 1)
        return err_set(err, ERR_INVALID,
            "no request of %s with such a key is known: give all %zu digits of it", row->mac,
            sizeof row->key_sha256 - 1);
    memmove(row->key_sha256, key, sizeof row->key_sha256);
    return 0;
}

static int approve(struct store_connection *connection, void *ctx, struct err *err)
{
    struct decision *it = ctx;
    struct device_revocation device;
    int rc = read_revocation(connection, it->mac, &device, err);

    if (rc == 0 && device.revoked_at_ms != 0 && device.readmitted_at_ms == 0)
        rc = err_set(err, ERR_CONFLICT,
            "%s is revoked; 'secureesp devices readmit %s' lets it in again, and have a "
            "certificate",
            it->mac, it->mac);
    if (rc == 0)
        rc = read_row(connection, it->mac, &it->row, err);
    if (rc >= 0)
        rc = choose_key(&it->row, it->approval, err);
    if (rc < 0)
        return rc;
    decide(&it->row, ENROLMENT_APPROVED, it->by);
    return enrolment_store_put(connection, &it->row, err);
}

static int reject(struct store_connection *connection, void *ctx, struct err *err)
{
    struct decision *it = ctx;
    int rc = has_good(connection, it->mac, err);

    if (rc > 0)
        return err_set(err, ERR_CONFLICT,
            "%s has a certificate; 'secureesp devices revoke %s' shuts it out", it->mac, it->mac);
    if (rc == 0)
        rc = read_row(connection, it->mac, &it->row, err);
    if (rc < 0)
        return rc;
    decide(&it->row, ENROLMENT_REJECTED, it->by);
    return enrolment_store_put(connection, &it->row, err);
}

static int run(
    struct store *store, store_job job, struct decision *it, const char *verb, struct err *err)
{
    struct audit_change change = {
        .by = it->by, .verb = verb, .kind = AUDIT_ENROLMENT, .object = it->mac};
    int rc = audit_run(store, &change, job, it, err);

    if (rc == 0)
        log_info("enrolment", "device %s mac=%s by=%s key=%s",
            strcmp(verb, "approve") == 0 ? "approved" : "rejected", it->mac, it->by->who,
            it->row.key_sha256[0] != '\0' ? it->row.key_sha256 : "any");
    return rc;
}

int enrol_office_approve(struct store *store, const struct enrol_office_approval *approval,
    struct enrolment *out, struct err *err)
{
    struct decision it = {.mac = approval->mac, .by = approval->by, .approval = approval};
    int rc = run(store, approve, &it, "approve", err);

    if (rc == 0)
        *out = it.row;
    return rc;
}

int enrol_office_reject(struct store *store, const char *mac, const struct audit_author *by,
    struct enrolment *out, struct err *err)
{
    struct decision it = {.mac = mac, .by = by};
    int rc = run(store, reject, &it, "reject", err);

    if (rc == 0)
        *out = it.row;
    return rc;
}

static int remove_one(struct store_connection *connection, void *ctx, struct err *err)
{
    return enrolment_store_remove(connection, ctx, err);
}

int enrol_office_remove(
    struct store *store, const char *mac, const struct audit_author *by, struct err *err)
{
    struct audit_change change = {
        .by = by, .verb = "remove", .kind = AUDIT_ENROLMENT, .object = mac};
    int rc = audit_run(store, &change, remove_one, (void *)mac, err);

    if (rc == ERR_NOT_FOUND)
        return err_set(err, rc, "no enrolment of %s; 'secureesp enrolments list' shows them", mac);
    return rc;
}

static int put_window(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct decision *it = ctx;

    return enrolment_window_store_put(connection, &it->window, err);
}

int enrol_office_open(struct store *store, const struct enrol_office_window *wanted,
    const struct audit_author *by, struct enrolment_window *out, struct err *err)
{
    struct decision it = {.window = {.decided_at_ms = clock_now_ms()}};
    bool opens = wanted->for_ms > 0;
    struct audit_change change = {.by = by, .verb = opens ? "open" : "close", .kind = AUDIT_WINDOW};
    char until[CLOCK_TEXT_SIZE];
    int rc;

    if (opens) {
        it.window.until_ms = it.window.decided_at_ms + wanted->for_ms;
        it.window.at_most = wanted->at_most;
    }
    snprintf(it.window.decided_by, sizeof it.window.decided_by, "%s", by->who);
    rc = audit_run(store, &change, put_window, &it, err);
    if (rc < 0)
        return rc;
    clock_format(it.window.until_ms, until);
    log_warning("enrolment", "window %s until=%s at_most=%lld by=%s", opens ? "opened" : "closed",
        opens ? until : "-", (long long)it.window.at_most, by->who);
    *out = it.window;
    return 0;
}
