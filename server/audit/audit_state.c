// How what operators change is in the database.
#include "server/audit/audit_state.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_label.h"
#include "server/audit/audit_settings.h"
#include "server/audit/audit_users.h"
#include "server/store/board_store.h"
#include "server/store/certificate_store.h"
#include "server/store/device_store.h"
#include "server/store/enrolment_store.h"
#include "server/store/enrolment_window_store.h"
#include "server/store/group_store.h"
#include "server/store/image_store.h"
#include "server/store/key_permit_store.h"
#include "server/store/mark_store.h"
#include "server/store/replacement_store.h"
#include "server/store/revocation_store.h"
#include "server/store/rollout_store.h"
#include "server/store/rotation_store.h"
#include "server/store/tag_store.h"
#include "server/store/webhook_store.h"

typedef int reader(struct store_connection *connection, const char *object, struct audit_json *out,
    struct err *err);

// --- devices

static int add_revocation(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct device_revocation revocation;
    int rc = revocation_store_get(connection, mac, &revocation, err);

    if (rc < 0)
        return rc;
    audit_json_add_number(out, "revoked_at_ms", revocation.revoked_at_ms);
    audit_json_add_text(out, "reason", revocation.reason);
    audit_json_add_number(out, "readmitted_at_ms", revocation.readmitted_at_ms);
    audit_json_add_number(out, "before_ms", revocation.before_ms);
    return 0;
}

static int add_permit(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct key_permit permit;
    int rc = key_permit_store_get(connection, mac, &permit, err);

    if (rc < 0)
        return rc;
    audit_json_add_number(out, "key_allowed_at_ms", permit.allowed_at_ms);
    audit_json_add_number(out, "key_fetched_at_ms", permit.fetched_at_ms);
    return 0;
}

static int add_place(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct replacement replacement;
    int rc = replacement_store_get(connection, mac, &replacement, err);

    if (rc < 0)
        return rc;
    audit_json_add_text(out, "replaces", replacement.old);
    audit_json_add_text(out, "place", replacement.place);
    return 0;
}

static int add_successor(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct replacement replacement;
    int rc = replacement_store_get_of(connection, mac, &replacement, err);

    if (rc == 0)
        audit_json_add_text(out, "replaced_by", replacement.mac);
    return rc;
}

static int add_mark(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct device_mark mark;
    int rc = mark_store_get(connection, mac, &mark, err);

    if (rc < 0)
        return rc;
    if (mark.held_at_ms != 0) {
        audit_json_add_number(out, "held_at_ms", mark.held_at_ms);
        audit_json_add_text(out, "hold_reason", mark.hold_reason);
    }
    if (mark.is_canary)
        audit_json_add_flag(out, "canary", true);
    if (mark.pin[0] != '\0')
        audit_json_add_text(out, "pin", mark.pin);
    if (mark.channel != CHANNEL_NONE)
        audit_json_add_text(out, "channel", channel_name(mark.channel));
    return 0;
}

// Tags with blanks between them, which none has.
struct tags {
    size_t n;
    char text[TAG_STORE_MAX * TAG_STORE_TAG_SIZE + 1];
};

static int append_tag(const char *tag, void *ctx)
{
    struct tags *tags = ctx;
    int n = snprintf(
        tags->text + tags->n, sizeof tags->text - tags->n, "%s%s", tags->n > 0 ? " " : "", tag);

    tags->n += (size_t)n;
    return 0;
}

static int add_tags(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct tags tags = {.n = 0};
    int rc = tag_store_each(connection, mac, append_tag, &tags, err);

    if (rc == 0 && tags.n > 0)
        audit_json_add_text(out, "tags", tags.text);
    return rc;
}

static int read_device(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    static reader *const parts[] = {
        add_revocation, add_permit, add_place, add_successor, add_mark, add_tags, audit_label_add};
    struct device_record device;
    int rc = device_store_get(connection, mac, &device, err);

    if (rc == 0)
        audit_json_add_number(out, "first_seen_ms", device.first_seen_ms);
    for (size_t i = 0; (rc == 0 || rc == ERR_NOT_FOUND) && i < sizeof parts / sizeof parts[0]; i++)
        rc = parts[i](connection, mac, out, err);
    return rc;
}

// --- certificates and who gets one

static int read_certificate(struct store_connection *connection, const char *serial,
    struct audit_json *out, struct err *err)
{
    struct certificate_record record;
    int rc = certificate_store_get(connection, serial, &record, err);

    if (rc < 0)
        return rc;
    audit_json_add_text(out, "common_name", record.common_name);
    audit_json_add_number(out, "revoked_at_ms", record.revoked_at_ms);
    audit_json_add_text(out, "reason", record.reason);
    return 0;
}

static int read_enrolment(
    struct store_connection *connection, const char *mac, struct audit_json *out, struct err *err)
{
    struct enrolment enrolment;
    int rc = enrolment_store_get(connection, mac, &enrolment, err);

    if (rc < 0)
        return rc;
    audit_json_add_text(out, "state", enrolment_state_name(enrolment.state));
    audit_json_add_text(out, "key_sha256", enrolment.key_sha256);
    audit_json_add_flag(out, "needs_code", enrolment.code_sha256[0] != '\0');
    audit_json_add_text(out, "decided_by", enrolment.decided_by);
    audit_json_add_number(out, "decided_at_ms", enrolment.decided_at_ms);
    return 0;
}

static int read_window(struct store_connection *connection, const char *unused,
    struct audit_json *out, struct err *err)
{
    struct enrolment_window window;
    int rc = enrolment_window_store_get(connection, &window, err);

    (void)unused;
    if (rc < 0 || window.decided_at_ms == 0)
        return rc;
    audit_json_add_number(out, "until_ms", window.until_ms);
    audit_json_add_number(out, "at_most", window.at_most);
    audit_json_add_number(out, "let_in", window.let_in);
    audit_json_add_number(out, "decided_at_ms", window.decided_at_ms);
    return 0;
}

// The devices that are given up.
struct left {
    size_t count;
    char macs[AUDIT_JSON_NAMED_MAX][MAC_SIZE];
};

static int note_left(const struct rotation_device *device, void *ctx)
{
    struct left *left = ctx;

    if (device->is_left && left->count++ < AUDIT_JSON_NAMED_MAX)
        memcpy(left->macs[left->count - 1], device->mac, MAC_SIZE);
    return 0;
}

static const char *left_mac(size_t i, void *ctx)
{
    return ((const struct left *)ctx)->macs[i];
}

static int read_rotation(struct store_connection *connection, const char *unused,
    struct audit_json *out, struct err *err)
{
    struct rotation rotation;
    struct left left = {.count = 0};
    int rc = rotation_store_get(connection, &rotation, err);

    (void)unused;
    if (rc < 0 || rotation.phase == ROTATION_NONE)
        return rc;
    rc = rotation_store_each(connection, note_left, &left, err);
    audit_json_add_text(out, "phase", rotation_phase_name(rotation.phase));
    audit_json_add_text(out, "old_ca", rotation.old_ca);
    audit_json_add_text(out, "new_ca", rotation.new_ca);
    audit_json_add_number(out, "left", (int64_t)left.count);
    audit_json_add_list(out, "left_macs", left.count, left_mac, &left);
    return rc;
}

static int read_revocations(struct store_connection *connection, const char *unused,
    struct audit_json *out, struct err *err)
{
    int64_t number = 0;
    int rc = revocation_store_get_number(connection, &number, err);

    (void)unused;
    if (rc == 0)
        audit_json_add_number(out, "number", number);
    return rc;
}

static int read_group(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err)
{
    struct device_group group;
    int rc = group_store_get(connection, name, &group, err);

    if (rc < 0)
        return rc;
    audit_json_add_text(out, "filter", group.filter);
    if (group.channel != CHANNEL_NONE)
        audit_json_add_text(out, "channel", channel_name(group.channel));
    return 0;
}

// --- images and keys

struct search {
    const char *name;
    struct audit_json *out;
};

static const char *embedded_key(size_t i, void *ctx)
{
    const struct image *image = ctx;

    return image->embeds[i];
}

static int add_image(const struct image *image, void *ctx)
{
    const struct search *search = ctx;

    if (strcmp(image->name.text, search->name) != 0)
        return 0;
    audit_json_add_text(search->out, "state", image_state_name(image->state));
    audit_json_add_text(search->out, "sha256", image->sha256);
    audit_json_add_number(search->out, "size_bytes", image->size_bytes);
    audit_json_add_text(search->out, "signer", image->signer);
    audit_json_add_list(
        search->out, "embeds", image->embeds_count, embedded_key, (void *)(uintptr_t)image);
    audit_json_add_number(search->out, "published_at_ms", image->published_at_ms);
    if (image->channel == CHANNEL_BETA)
        audit_json_add_text(search->out, "channel", channel_name(image->channel));
    if (image->must_pass)
        audit_json_add_flag(search->out, "must_pass", true);
    return 1;
}

static int read_image(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err)
{
    struct search search = {name, out};

    return image_store_each(connection, add_image, &search, err);
}

static int add_board(const struct board_setting *setting, void *ctx)
{
    const struct search *search = ctx;

    if (strcmp(setting->board, search->name) != 0)
        return 0;
    audit_json_add_text(search->out, "policy", board_policy_name(setting->policy));
    return 1;
}

static int read_board(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err)
{
    struct search search = {name, out};

    return board_store_each(connection, add_board, &search, err);
}

static int read_rollout(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err)
{
    struct rollout rollout;
    int rc = rollout_store_get(connection, name, &rollout, err);

    if (rc < 0)
        return rc;
    audit_json_add_text(out, "state", rollout_state_name(rollout.state));
    audit_json_add_text(out, "image", rollout.image.text);
    audit_settings_add_patch(&rollout, out);
    audit_json_add_number(out, "phase", rollout.phase + 1);
    audit_json_add_flag(out, "gated", rollout.is_gated);
    audit_json_add_text(out, "reason", rollout.reason);
    return 0;
}

// Without its secret, and of its URL what is in front of the path: many have a password in it.
static int read_webhook(
    struct store_connection *connection, const char *name, struct audit_json *out, struct err *err)
{
    struct webhook webhook;
    const char *start;
    int rc = webhook_store_get(connection, name, &webhook, err);

    if (rc < 0)
        return rc;
    start = strstr(webhook.url, "://");
    if (start != NULL)
        webhook.url[start + 3 - webhook.url + (ptrdiff_t)strcspn(start + 3, "/?")] = '\0';
    audit_json_add_text(out, "to", start != NULL ? webhook.url : "");
    audit_json_add_text(out, "events", webhook.kinds);
    audit_json_add_text(out, "filter", webhook.filter);
    return 0;
}

static int add_key(const struct image_key *key, void *ctx)
{
    const struct search *search = ctx;

    if (strcmp(key->id, search->name) != 0)
        return 0;
    audit_json_add_text(search->out, "name", key->name);
    audit_json_add_text(search->out, "algorithm", key->algorithm);
    return 1;
}

static int read_key(
    struct store_connection *connection, const char *id, struct audit_json *out, struct err *err)
{
    struct search search = {id, out};

    return image_store_each_key(connection, add_key, &search, err);
}

int audit_state_read(struct store_connection *connection, enum audit_kind kind, const char *object,
    struct audit_json *out, struct err *err)
{
    static reader *const readers[AUDIT_KIND_COUNT] = {
        [AUDIT_DEVICE] = read_device,
        [AUDIT_CERTIFICATE] = read_certificate,
        [AUDIT_ENROLMENT] = read_enrolment,
        [AUDIT_WINDOW] = read_window,
        [AUDIT_ROTATION] = read_rotation,
        [AUDIT_IMAGE] = read_image,
        [AUDIT_KEY] = read_key,
        [AUDIT_REVOCATIONS] = read_revocations,
        [AUDIT_GROUP] = read_group,
        [AUDIT_BOARD] = read_board,
        [AUDIT_SETTINGS] = audit_settings_read,
        [AUDIT_ROLLOUT] = read_rollout,
        [AUDIT_WEBHOOK] = read_webhook,
        [AUDIT_USER] = audit_users_read,
        [AUDIT_TOKEN] = audit_users_read_token,
    };
    struct err local = {0};
    int rc = readers[kind] != NULL ? readers[kind](connection, object, out, &local) : 0;

    if (rc >= 0 || rc == ERR_NOT_FOUND)
        return 0;
    return err_set(err, rc, "audit log: %.400s", local.message);
}
