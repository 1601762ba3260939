#ifndef TEST_SERVER_STORE_ORDER_FLEET_H
#define TEST_SERVER_STORE_ORDER_FLEET_H

// Random devices, and the order in which they stand, from the devices themselves. In a header,
// since each test program is one file.

#include "server/store/group_store.h"
#include "server/store/label_store.h"
#include "server/store/mark_store.h"
#include "server/store/revocation_store.h"
#include "server/store/tag_store.h"
#include "test/unit/server/store/store_fixture.h"

#define MOST 60 // devices
#define TAGS 3

// One of few values of everything, so that many are equal and many are not known.
struct one {
    bool is_there, is_touched; // touched: changed while the list was read
    struct device_record device;
    bool has_tag[TAGS];
    struct device_mark mark;
    struct device_label label;
};

struct fleet {
    struct one ones[MOST]; // by MAC
    size_t count;
};

static const char *const tags[TAGS] = {"a", "b", "b\xc3\xa9"};
static const char *const texts[] = {"", "", "a", "B", "b", "\xc3\xa9", "z z"};
// In the order of their names; the first and the third by tag, the second by rssi.
static const struct device_group groups[] = {
    {.name = "G1", .filter = "tag=a", .channel = CHANNEL_BETA},
    {.name = "g0", .filter = "rssi<-70"},
    {.name = "g2", .filter = "tag=b group=g0"},
};

static uint32_t seed;

static inline uint32_t draw(uint32_t below) // xorshift
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static inline void draw_text(char *out, size_t size)
{
    snprintf(out, size, "%s", texts[draw(sizeof texts / sizeof texts[0])]);
}

static inline void draw_one(struct one *one, size_t i)
{
    struct device_record *device = &one->device;
    struct device_status *status = &device->status;

    *one = (struct one){.is_there = true};
    snprintf(device->mac, sizeof device->mac, "84f3eb%06x", (unsigned)i * 16);
    device->online = draw(2) == 1;
    device->first_seen_ms = draw(3) * 1000;
    device->last_seen_ms = draw(3) * 1000;
    device->reboots = draw(3);
    status->has = draw(32);
    status->rssi_dbm = -60 - (int32_t)draw(4) * 10;
    status->free_heap_bytes = draw(3);
    status->uptime_ms = draw(3);
    status->max_loop_ms = draw(3);
    status->mqtt_ms = draw(3);
    draw_text(status->name, sizeof status->name);
    draw_text(status->image, sizeof status->image);
    draw_text(status->build, sizeof status->build);
    draw_text(status->ip, sizeof status->ip);
    draw_text(status->error, sizeof status->error);
    if (draw(4) == 0)
        device->revoked_at_ms = 1;
    for (size_t t = 0; t < TAGS; t++)
        one->has_tag[t] = draw(4) == 0;
    one->mark.held_at_ms = draw(2);
    draw_text(one->mark.hold_reason, sizeof one->mark.hold_reason);
    one->mark.is_canary = draw(2) == 1;
    draw_text(one->mark.pin, sizeof one->mark.pin);
    one->mark.channel = (enum channel)draw(CHANNEL_COUNT);
    draw_text(one->label.name, sizeof one->label.name);
    draw_text(one->label.place, sizeof one->label.place);
}

static inline int put_one(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct one *one = ctx;
    const char *mac = one->device.mac;
    struct device_revocation revocation = {.revoked_at_ms = 1, .reason = "unspecified"};
    int rc = device_store_put(connection, &one->device, NULL, err);

    memcpy(revocation.mac, mac, sizeof revocation.mac);
    revocation.readmitted_at_ms = one->device.revoked_at_ms == 0;
    for (size_t t = 0; rc == 0 && t < TAGS; t++)
        rc = one->has_tag[t] ? tag_store_add(connection, mac, tags[t], err)
                             : tag_store_remove(connection, mac, tags[t], err);
    if (rc == 0)
        rc = mark_store_put(connection, mac, &one->mark, err);
    if (rc == 0)
        rc = label_store_put(connection, mac, &one->label, err);
    return rc < 0 ? rc : revocation_store_put(connection, &revocation, err);
}

static inline int forget_one(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_remove(connection, ((const struct one *)ctx)->device.mac, err);
}

static inline int put_groups(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = 0;

    (void)ctx;
    for (size_t i = 0; rc == 0 && i < sizeof groups / sizeof groups[0]; i++)
        rc = group_store_put(connection, &groups[i], err);
    return rc;
}

// --- what it is sorted by, from the devices themselves

struct key {
    bool is_known;
    int64_t number;
    const char *text;
};

static inline struct key of_text(const char *text)
{
    return (struct key){text != NULL && text[0] != '\0', 0, text};
}

static inline struct key of_number(bool is_known, int64_t number)
{
    return (struct key){is_known, number, ""};
}

static inline bool is_weak(const struct one *one)
{
    return (one->device.status.has & DEVICE_HAS_RSSI) != 0 && one->device.status.rssi_dbm < -70;
}

static inline const char *state_of(const struct one *one)
{
    return one->device.revoked_at_ms != 0 ? "revoked" : one->device.online ? "online" : "offline";
}

static inline const char *hold_of(const struct one *one)
{
    if (one->mark.held_at_ms == 0)
        return NULL;
    return one->mark.hold_reason[0] != '\0' ? one->mark.hold_reason : "held";
}

static inline const char *tag_of(const struct one *one)
{
    for (size_t t = 0; t < TAGS; t++) {
        if (one->has_tag[t])
            return tags[t];
    }
    return NULL;
}

static inline const char *group_of(const struct one *one)
{
    return one->has_tag[0] ? "G1" : is_weak(one) ? "g0" : NULL; // who is in g2 is in g0
}

static inline const char *channel_of(const struct one *one)
{
    bool is_beta =
        one->mark.channel == CHANNEL_BETA || (one->mark.channel == CHANNEL_NONE && one->has_tag[0]);

    return is_beta ? "beta" : "stable";
}

static inline const char *note_of(const struct one *one)
{
    const struct device_status *status = &one->device.status;

    if (status->error[0] != '\0')
        return status->error;
    return one->label.name[0] != '\0' ? one->label.name : status->name;
}

static inline struct key text_key(const struct one *one, const char *by)
{
    const struct device_status *status = &one->device.status;
    const struct {
        const char *by, *text;
    } rows[] = {{"mac", one->device.mac}, {"name", status->name}, {"image", status->image},
        {"build", status->build}, {"ip", status->ip}, {"error", status->error},
        {"note", note_of(one)}, {"state", state_of(one)}, {"tags", tag_of(one)},
        {"hold", hold_of(one)}, {"pin", one->mark.pin}, {"label", one->label.name},
        {"place", one->label.place}, {"canary", one->mark.is_canary ? "yes" : NULL},
        {"channel", channel_of(one)}, {"groups", group_of(one)}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].by, by) == 0)
            return of_text(rows[i].text);
    }
    fail_msg("no key for %s", by);
    return of_text(NULL);
}

static inline struct key key_of(const struct one *one, const char *by)
{
    const struct device_record *device = &one->device;
    const struct device_status *status = &device->status;
    const struct {
        const char *by;
        bool is_known;
        int64_t number;
    } rows[] = {{"first_seen_ms", device->first_seen_ms != 0, device->first_seen_ms},
        {"last_seen_ms", device->last_seen_ms != 0, device->last_seen_ms},
        {"reboots", true, device->reboots},
        {"rssi", (status->has & DEVICE_HAS_RSSI) != 0, status->rssi_dbm},
        {"free_heap_bytes", (status->has & DEVICE_HAS_FREE_HEAP) != 0, status->free_heap_bytes},
        {"uptime_ms", (status->has & DEVICE_HAS_UPTIME) != 0, status->uptime_ms},
        {"max_loop_ms", (status->has & DEVICE_HAS_MAX_LOOP) != 0, status->max_loop_ms},
        {"mqtt_ms", (status->has & DEVICE_HAS_MQTT) != 0, status->mqtt_ms}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].by, by) == 0)
            return of_number(rows[i].is_known, rows[i].number);
    }
    return text_key(one, by);
}

static inline int compare(const void *a, const void *b, void *ctx)
{
    const struct one *left = *(const struct one *const *)a;
    const struct one *right = *(const struct one *const *)b;
    const char *by = ctx;
    bool is_backwards = by[0] == '-';
    struct key l = key_of(left, by + is_backwards);
    struct key r = key_of(right, by + is_backwards);
    int order = 0;

    if (l.is_known != r.is_known)
        return l.is_known ? -1 : 1;
    if (l.is_known)
        order = l.number != r.number ? (l.number > r.number) - (l.number < r.number)
                                     : strcmp(l.text, r.text);
    if (order != 0)
        return is_backwards ? -order : order;
    return strcmp(left->device.mac, right->device.mac);
}

#endif
