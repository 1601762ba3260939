#ifndef TEST_SERVER_ROLLOUT_ROLLOUT_CONFIG_FIXTURE_H
#define TEST_SERVER_ROLLOUT_ROLLOUT_CONFIG_FIXTURE_H

// Rollouts of a configuration to the devices of rollout_fixture.h. The database is closed and
// opened before each look.

#include "server/settings/settings_change.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_fleet_compute.h"
#include "server/settings/settings_want.h"
#include "server/store/command_store.h"
#include "test/unit/server/rollout/rollout_fixture.h"
#include "test/unit/server/settings/settings_fixture.h"

#define PATCH "{\"waittimeout\":9000}"

static struct settings_desk desk;
static int64_t offline_after_ms;

static inline int read_base(struct settings_base *out, void *ctx)
{
    int rc = settings_fixture_read_base(out, ctx);

    out->offline_after_ms = offline_after_ms;
    return rc;
}

static inline int set_up_config(void **state)
{
    int rc = set_up(state);

    offline_after_ms = 180000;
    desk = (struct settings_desk){
        NULL, read_base, settings_fixture_judge_names, NULL, settings_fixture_bears_name};
    return rc;
}

static inline int put_group(struct store_connection *connection, void *ctx, struct err *err)
{
    return group_store_put(connection, ctx, err);
}

static inline void have_group(struct fixture *f)
{
    struct device_group group = {.name = "cellar", .filter = "mac=" MAC_1 " or mac=" MAC_2};

    fixture_write(f, put_group, &group);
}

static inline void look(struct fixture *f)
{
    struct rollout_look look = {.settings = &desk};

    begin_anew(f);
    look.release = release;
    fixture_write(f, rollout_drive_run, &look);
}

static inline int try_config(struct fixture *f, const char *name, const char *patch,
    const char *group, const struct rollout_terms *terms)
{
    const struct audit_author by = {.who = "uid 7"};
    struct rollout rollout = {.kind = ROLLOUT_CONFIG, .terms = *terms};
    struct rollout_create_wish wish = {&rollout, NULL, &by, &desk, false};
    struct rollout_created created = {0};
    int rc;

    desk.store = f->store;
    rollout.patch.scope = group != NULL ? SETTINGS_GROUP : SETTINGS_FLEET;
    snprintf(rollout.patch.name, sizeof rollout.patch.name, "%s", group != NULL ? group : "");
    snprintf(rollout.patch.text, sizeof rollout.patch.text, "%s", patch);
    snprintf(rollout.name, sizeof rollout.name, "%s", name);
    rc = rollout_create_plan(f->store, release, &wish, &created, NULL);
    rollout_creation_clear(&created);
    assert_int_equal(rollout_create_run(release, &wish, &created, NULL), rc);
    rollout_creation_clear(&created);
    return rc;
}

static inline int set(
    struct fixture *f, enum settings_scope scope, const char *name, const char *patch)
{
    json_t *json = json_loads(patch, 0, NULL);
    struct settings_wish wish = {.scope = scope, .name = name, .patch = json};
    struct settings_outcome outcome;
    int rc;

    desk.store = f->store;
    rc = settings_change_run(&desk, &wish, &outcome, NULL);
    json_decref(json);
    return rc;
}

// What a device is to get; it is the same by itself as of the fleet.
static inline struct settings_want wanted(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct settings_base base;
    struct settings_fleet *fleet;
    struct settings_want want;
    size_t count;

    assert_int_equal(read_base(&base, NULL), 0);
    assert_int_equal(settings_want_read(connection, &base, mac, &want, NULL), 0);
    assert_int_equal(settings_fleet_load(connection, &base, clock_now_ms(), &fleet, NULL), 0);
    assert_int_equal(settings_fleet_compute(fleet, NULL, NULL, NULL), 0);

    const struct settings_fleet_device *devices = settings_fleet_devices(fleet, &count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(devices[i].config.mac, mac) == 0)
            assert_string_equal(devices[i].hash, want.hash);
    }
    settings_fleet_free(fleet);
    settings_base_clear(&base);
    store_read_end(f->store, connection);
    return want;
}

// "1" for each device whose file is another than it was.
static inline void expect_new(struct fixture *f, const char *old, const char *expected)
{
    static const char *const macs[] = {MAC_1, MAC_2, MAC_3};
    char text[4] = "";

    for (size_t i = 0; i < 3; i++)
        text[i] = strcmp(wanted(f, macs[i]).hash, old) != 0 ? '1' : '0';
    assert_string_equal(text, expected);
}

struct answer {
    const char *mac;
    enum command_state state;
    const char *result;
};

static inline int answer_last(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct answer *answer = ctx;
    char name[ROLLOUT_NAME_SIZE];
    struct rollout_device device;
    struct rollout rollout;
    struct command command;
    int rc = rollout_device_store_get_other(connection, 0, answer->mac, name, err);

    if (rc == 0)
        rc = rollout_store_get(connection, name, &rollout, err);
    if (rc == 0)
        rc = rollout_device_store_get(connection, rollout.id, answer->mac, &device, err);
    if (rc == 0)
        rc = command_store_get(connection, device.command_id, &command, err);
    if (rc < 0)
        return rc;
    command.state = answer->state;
    command.sent_at_ms = command.ended_at_ms = clock_now_ms();
    snprintf(command.result, sizeof command.result, "%s", answer->result);
    return command_store_update(connection, &command, err);
}

static inline void answers(
    struct fixture *f, const char *mac, enum command_state state, const char *result)
{
    struct answer answer = {mac, state, result};

    fixture_write(f, answer_last, &answer);
}

static inline void runs(struct fixture *f, const char *mac, const char *hash)
{
    struct device_record device = fixture_device(mac);

    device.speaks_events = true;
    snprintf(device.status.image, sizeof device.status.image, "%s", OLD);
    snprintf(device.status.config_hash, sizeof device.status.config_hash, "%s", hash);
    fixture_write(f, fixture_put, &device);
}

// From its turn to its report.
static inline void take(struct fixture *f, const char *mac)
{
    answers(f, mac, COMMAND_DONE, "ok");
    look(f);
    answers(f, mac, COMMAND_DONE, "ok");
    runs(f, mac, wanted(f, mac).hash);
    look(f);
}

static inline int changed(struct fixture *f, enum rollout_change_verb verb)
{
    struct rollout_change_wish wish = {verb, "spring", NULL, NULL, &desk};
    struct rollout_changed out;

    return rollout_change_run(f->store, release, &wish, &out, NULL);
}

static inline int64_t count(struct fixture *f, const char *sql)
{
    return fixture_query(f, sql);
}

static const struct rollout_terms one_then_all = {.phases = {{1, false}, {100, true}},
    .phase_count = 2,
    .success = 100,
    .failures = {1, false},
    .timeout_ms = 600000};

// The one whose turn it is, of those that are at a stage.
static inline const char *who_is(struct fixture *f, enum rollout_stage stage)
{
    static const char *const macs[] = {MAC_1, MAC_2, MAC_3};

    for (size_t i = 0; i < 3; i++) {
        if (row_of(f, "spring", macs[i]).stage == stage)
            return macs[i];
    }
    fail_msg("nobody is there");
    return NULL;
}

#endif
