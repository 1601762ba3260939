// Settings that go over what the configuration file says.
#include "server/settings/settings_conflict.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_fleet_compute.h"
#include "server/settings/settings_layers.h"
#include "server/settings/settings_render.h"

#define VALUE_SIZE 80

struct looking {
    void (*tell)(const struct settings_conflict *conflict, void *ctx);
    void *ctx;
};

// What layers make of a section: the last that says a member counts.
static void compare(const struct looking *looking, const char *mac, const json_t *section,
    const struct settings_layers *layers)
{
    const char *member;
    json_t *said;

    json_object_foreach((json_t *)(uintptr_t)section, member, said)
    {
        struct settings_conflict conflict = {.mac = mac, .member = member, .said = said};

        for (size_t i = 0; i < layers->count; i++) {
            const json_t *value = json_object_get(layers->patches[i], member);

            if (value == NULL)
                continue;
            conflict.counts = value;
            conflict.scope = layers->scopes[i];
            conflict.name = layers->names[i];
        }
        if (conflict.counts != NULL && !json_equal(conflict.counts, said))
            looking->tell(&conflict, looking->ctx);
    }
}

// Of the fleet alone.
static int look_at_all(struct store_connection *connection, const struct looking *looking,
    const json_t *section, struct err *err)
{
    struct settings_layers layers = {.count = 1, .scopes = {SETTINGS_FLEET}};
    struct settings_layer fleet;
    int rc = settings_store_get(connection, SETTINGS_FLEET, "", &fleet, err);

    if (rc < 0 || fleet.patch[0] == '\0')
        return rc;
    layers.patches[0] = json_loads(fleet.patch, JSON_REJECT_DUPLICATES, NULL);
    compare(looking, NULL, section, &layers);
    settings_layers_clear(&layers);
    return 0;
}

static int look_at_device(struct store_connection *connection, const struct looking *looking,
    const struct settings_layers_device *device, const json_t *section, struct err *err)
{
    struct settings_layers layers = {.count = 0};
    int rc = settings_layers_read(connection, device, &layers, err);

    if (rc < 0)
        return rc;
    compare(looking, device->mac, section, &layers);
    settings_layers_clear(&layers);
    return 0;
}

int settings_conflict_each(struct store_connection *connection, const struct settings_base *base,
    int64_t now_ms, void (*tell)(const struct settings_conflict *conflict, void *ctx), void *ctx,
    struct err *err)
{
    const struct looking looking = {tell, ctx};
    const char *mac;
    json_t *own;
    int rc = look_at_all(connection, &looking, base->common, err);

    json_object_foreach(base->devices, mac, own)
    {
        const struct settings_layers_device device = {mac, mac, now_ms};

        if (rc == 0)
            rc = look_at_device(connection, &looking, &device, own, err);
    }
    return rc;
}

// --- the log

static void write_value(const json_t *value, char out[VALUE_SIZE])
{
    char *text = NULL;
    size_t n;
    int rc = settings_render_dump(value, JSON_ENCODE_ANY | JSON_COMPACT, &text, &n);

    snprintf(out, VALUE_SIZE, "%s", rc == 0 ? text : "?");
    free(text);
}

static void tell_log(const struct settings_conflict *conflict, void *ctx)
{
    static const char *const words[] = {"--fleet", "--group ", ""};
    size_t *count = ctx;
    char said[VALUE_SIZE];
    char counts[VALUE_SIZE];

    if (++*count > SETTINGS_CONFLICT_TOLD)
        return;
    write_value(conflict->said, said);
    write_value(conflict->counts, counts);
    log_warning("settings",
        "the file says in vain: member=%s section=\"[config.json%s%s]\" value=%s layer=\"%s%s%s\" "
        "counts=%s: devices get what is set there, until 'secureesp settings unset %s%s %s'",
        conflict->member, conflict->mac != NULL ? " " : "",
        conflict->mac != NULL ? conflict->mac : "", said,
        settings_store_scope_name(conflict->scope), conflict->name[0] != '\0' ? " " : "",
        conflict->name, counts, words[conflict->scope], conflict->name, conflict->member);
}

struct judging {
    const struct settings_desk *desk;
    const struct settings_base *base;
};

static int judge(const json_t *effective, void *ctx, struct err *err)
{
    const struct judging *judging = ctx;

    return judging->desk->judge_names(effective, judging->base, judging->desk->ctx, err);
}

// Whether all get their file.
static int judge_all(
    struct store_connection *connection, const struct judging *judging, struct err *err)
{
    struct settings_fleet *fleet = NULL;
    int rc = settings_fleet_load(connection, judging->base, clock_now_ms(), &fleet, err);

    if (rc == 0)
        rc = settings_fleet_compute(fleet, judge, (void *)(uintptr_t)judging, err);
    settings_fleet_free(fleet);
    return rc;
}

static int warn(const struct settings_desk *desk, const struct settings_base *base, struct err *err)
{
    const struct judging judging = {desk, base};
    struct store_connection *connection;
    struct err why = {0};
    size_t count = 0;
    int rc = store_read_begin(desk->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = settings_conflict_each(connection, base, clock_now_ms(), tell_log, &count, err);
    if (rc == 0 && judge_all(connection, &judging, &why) < 0)
        log_warning("settings",
            "with what is set, some get no config.json any more: %s; 'secureesp settings show MAC "
            "--effective' says which layer says so",
            why.message);
    store_read_end(desk->store, connection);
    if (count > SETTINGS_CONFLICT_TOLD)
        log_warning("settings", "the file says in vain: more=%zu", count - SETTINGS_CONFLICT_TOLD);
    return rc;
}

void settings_conflict_warn(const struct settings_desk *desk)
{
    struct settings_base base;
    struct err err = {0};
    int rc = desk->read_base(&base, desk->ctx);

    if (rc < 0) {
        err_set(&err, rc, "no memory for settings");
    } else {
        rc = warn(desk, &base, &err);
        settings_base_clear(&base);
    }
    if (rc < 0)
        log_warning("settings", "not compared with the file: %s", err.message);
}
