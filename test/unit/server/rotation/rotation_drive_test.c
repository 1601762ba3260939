// A fleet through a whole change of the CA, and back from the middle of it: what devices are told,
// in which order, and that each step outlasts a daemon that dies between any two.
#include "server/rotation/rotation_drive.h"

#include "server/base/clock.h"
#include "server/rotation/rotation_change.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"
#include "server/store/rotation_store.h"
#include "test/unit/server/store/store_fixture.h"

#define OLD_CA "00000000000000000000000000000000000000000000000000000000000000aa"
#define NEW_CA "00000000000000000000000000000000000000000000000000000000000000bb"

static int add_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.online = true, .last_seen_ms = 1};

    snprintf(device.mac, sizeof device.mac, "%s", (const char *)ctx);
    return device_store_put(connection, &device, NULL, err);
}

static int put_asleep(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, ctx, &device, err);

    device.online = !device.online;
    return rc < 0 ? rc : device_store_put(connection, &device, NULL, err);
}

static int restart(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, ctx, &device, err);

    device.reboots++;
    return rc < 0 ? rc : device_store_put(connection, &device, NULL, err);
}

static int end_command(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command *end = ctx;
    struct command command;
    int rc = command_store_get(connection, end->id, &command, err);

    command.state = end->state;
    command.ended_at_ms = clock_now_ms();
    return rc < 0 ? rc : command_store_update(connection, &command, err);
}

struct shown {
    const char *mac;
    bool is_new;
};

static int show(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct shown *shown = ctx;

    return rotation_store_note_shown(connection, shown->mac, shown->is_new, err);
}

static int put_pem(struct store_connection *connection, void *ctx, struct err *err)
{
    struct rotation_store_certificate new_one = {ctx, "k", true, "new of k"};
    struct rotation_store_certificate old_one = {ctx, "k", false, "old of k"};
    int rc = rotation_store_put_certificate(connection, &new_one, err);

    return rc < 0 ? rc : rotation_store_put_certificate(connection, &old_one, err);
}

static void drive(struct fixture *f, bool is_ready)
{
    struct rotation_drive drive = {is_ready, false};

    fixture_close(f); // as if it had died
    fixture_open(f);
    fixture_write(f, rotation_drive_run, &drive);
}

static struct rotation_device row_of(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct rotation_device row;

    assert_int_equal(rotation_store_get_device(connection, mac, &row, NULL), 0);
    store_read_end(f->store, connection);
    return row;
}

static enum rotation_phase phase_of(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    struct rotation rotation;

    assert_int_equal(rotation_store_get(connection, &rotation, NULL), 0);
    store_read_end(f->store, connection);
    return rotation.phase;
}

// It does what it was told.
static void expect_told(struct fixture *f, const char *mac, const char *name)
{
    struct store_connection *connection = fixture_read(f);
    struct rotation_device row = row_of(f, mac);
    struct command command = {.id = 0};

    assert_int_equal(command_store_get(connection, row.command_id, &command, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(command.name, name);
    assert_int_equal(command.state, COMMAND_QUEUED);
    command.state = COMMAND_DONE;
    fixture_write(f, end_command, &command);
}

static void expect_pem(struct fixture *f, const char *mac, const char *expected)
{
    struct store_connection *connection = fixture_read(f);
    char *pem = NULL;
    int rc = rotation_store_get_certificate(connection, mac, "k", &pem, NULL);

    assert_int_equal(
        rotation_store_get_certificate(connection, mac, "other", &pem, NULL), ERR_NOT_FOUND);
    store_read_end(f->store, connection);
    assert_int_equal(rc, expected != NULL ? 0 : ERR_NOT_FOUND);
    if (expected != NULL)
        assert_string_equal(pem, expected);
    free(pem);
}

static void start(struct fixture *f)
{
    struct err err = {0};

    if (rotation_change_start(f->store, NULL, OLD_CA, NEW_CA, &err) < 0)
        fail_msg("%s", err.message);
}

static int advance(struct fixture *f, enum rotation_phase to, const char *left)
{
    char macs[1][MAC_SIZE] = {""};
    struct rotation_change_wish wish = {to, (const char(*)[MAC_SIZE])macs, left != NULL, NULL};
    size_t moved = 99;
    struct err err = {0};

    if (left != NULL)
        snprintf(macs[0], sizeof macs[0], "%s", left);

    int rc = rotation_change_advance(f->store, &wish, &moved, &err);

    return rc < 0 ? rc : (int)moved;
}

static void take_ca(struct fixture *f, const char *mac)
{
    drive(f, true);
    expect_told(f, mac, "ca");
    drive(f, true);
    expect_told(f, mac, "reboot");
}

// From OLD to BOTH.
static void trust(struct fixture *f, const char *mac)
{
    take_ca(f, mac);
    drive(f, true);
    assert_int_equal(row_of(f, mac).holds, ROTATION_HOLDS_OLD);
    fixture_write(f, restart, (void *)mac);
    drive(f, true);
    assert_int_equal(row_of(f, mac).holds, ROTATION_HOLDS_BOTH);
}

// From NEW to ALONE.
static void drop_old(struct fixture *f, const char *mac)
{
    take_ca(f, mac);
    fixture_write(f, restart, (void *)mac);
    drive(f, true);
    drive(f, true);
}

// Its outcome may be lost with a daemon that died; that it has restarted is seen.
static void test_lost_outcome(void **state)
{
    struct fixture *f = *state;
    struct command sent = {.state = COMMAND_SENT};
    struct store_connection *connection;
    struct command found;

    fixture_write(f, add_device, (void *)MAC_1);
    start(f);
    drive(f, true);
    expect_told(f, MAC_1, "ca");
    drive(f, true);
    sent.id = row_of(f, MAC_1).command_id;
    fixture_write(f, end_command, &sent);
    fixture_write(f, restart, (void *)MAC_1);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_BOTH);
    connection = fixture_read(f);
    assert_int_equal(command_store_get(connection, sent.id, &found, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(found.state, COMMAND_DONE);
}

static int go_back(struct store_connection *connection, void *ctx, struct err *err)
{
    struct event event = {.kind = "error", .result = "file-invalid", .at_ms = clock_now_ms() + 1};

    snprintf(event.mac, sizeof event.mac, "%s", (const char *)ctx);
    return event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
}

// Our firmware takes up the old files again when the new ones lead nowhere, and restarts for it.
static void test_gone_back(void **state)
{
    struct fixture *f = *state;

    fixture_write(f, add_device, (void *)MAC_1);
    start(f);
    take_ca(f, MAC_1);
    fixture_write(f, restart, (void *)MAC_1);
    fixture_write(f, go_back, (void *)MAC_1);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_OLD);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_IDLE);
    assert_int_equal(row_of(f, MAC_1).tries, 1);
}

static int set_uptime(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device;
    int rc = device_store_get(connection, MAC_1, &device, err);

    device.status.has = DEVICE_HAS_UPTIME;
    device.status.uptime_ms = *(const int64_t *)ctx;
    return rc < 0 ? rc : device_store_put(connection, &device, NULL, err);
}

static void test_settles(void **state)
{
    struct fixture *f = *state;
    int64_t young = 9999;
    int64_t settled = 10000;

    fixture_write(f, add_device, (void *)MAC_1);
    start(f);
    take_ca(f, MAC_1);
    fixture_write(f, set_uptime, &young);
    fixture_write(f, restart, (void *)MAC_1);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_OLD);
    fixture_write(f, set_uptime, &settled);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_BOTH);
}

static void test_whole(void **state)
{
    struct fixture *f = *state;
    struct shown shown = {MAC_1, true};

    fixture_write(f, add_device, (void *)MAC_1);
    fixture_write(f, add_device, (void *)MAC_2);
    fixture_write(f, put_asleep, (void *)MAC_2);
    assert_int_equal(advance(f, ROTATION_CERTIFICATES, NULL), ERR_NOT_FOUND);
    start(f);
    start(f);
    assert_int_equal(rotation_change_start(f->store, NULL, NEW_CA, OLD_CA, NULL), ERR_CONFLICT);
    assert_int_equal(rotation_change_start(f->store, NULL, NEW_CA, NEW_CA, NULL), ERR_INVALID);
    assert_int_equal(rotation_change_start(f->store, NULL, "aa", NEW_CA, NULL), ERR_INVALID);
    drive(f, false);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_IDLE);
    trust(f, MAC_1);
    assert_int_equal(advance(f, ROTATION_LAST, NULL), ERR_CONFLICT);
    assert_int_equal(advance(f, ROTATION_CERTIFICATES, NULL), ERR_CONFLICT); // one sleeps
    assert_int_equal(phase_of(f), ROTATION_TRUST);
    fixture_write(f, put_asleep, (void *)MAC_2);
    trust(f, MAC_2);
    assert_int_equal(advance(f, ROTATION_CERTIFICATES, NULL), 0);
    assert_int_equal(advance(f, ROTATION_CERTIFICATES, NULL), 0);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_IDLE); // there is no certificate yet
    fixture_write(f, put_pem, (void *)MAC_1);
    expect_pem(f, MAC_1, NULL);
    drive(f, false);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_IDLE);
    drive(f, true);
    expect_pem(f, MAC_1, "new of k");
    expect_told(f, MAC_1, "cert");
    drive(f, true);
    expect_told(f, MAC_1, "reboot");
    fixture_write(f, restart, (void *)MAC_1);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_BOTH);
    fixture_write(f, show, &shown);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_NEW);
    shown.is_new = false;
    fixture_write(f, show, &shown);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_BOTH);
    shown.is_new = true;
    fixture_write(f, show, &shown);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_NEW);
    assert_int_equal(advance(f, ROTATION_LAST, NULL), ERR_CONFLICT);
    assert_int_equal(advance(f, ROTATION_LAST, MAC_3), ERR_NOT_FOUND);
    assert_int_equal(advance(f, ROTATION_LAST, MAC_2), 0);
    assert_int_equal(advance(f, ROTATION_ABORTING, NULL), ERR_CONFLICT);
    drop_old(f, MAC_1);
    assert_int_equal(phase_of(f), ROTATION_NONE);
    drive(f, true);
}

// Who was told to fetch a certificate may have it.
static void test_back(void **state)
{
    struct fixture *f = *state;
    struct shown shown = {MAC_1, true};
    struct rotation_drive over = {false, true};

    fixture_write(f, add_device, (void *)MAC_1);
    start(f);
    trust(f, MAC_1);
    fixture_write(f, put_pem, (void *)MAC_1);
    assert_int_equal(advance(f, ROTATION_CERTIFICATES, NULL), 0);
    drive(f, true);
    expect_told(f, MAC_1, "cert");
    assert_int_equal(advance(f, ROTATION_ABORTING, NULL), 1);
    expect_pem(f, MAC_1, "old of k");
    fixture_write(f, show, &shown); // it restarted, as it was told before
    drive(f, true);
    expect_told(f, MAC_1, "cert");
    drive(f, true);
    expect_told(f, MAC_1, "reboot");
    fixture_write(f, restart, (void *)MAC_1);
    drive(f, true);
    assert_int_equal(advance(f, ROTATION_ABORTING, NULL), 1);
    shown.is_new = false;
    fixture_write(f, show, &shown);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).holds, ROTATION_HOLDS_BOTH);
    assert_int_equal(advance(f, ROTATION_ABORTING, NULL), 0);
    fixture_write(f, rotation_drive_run, &over);
    assert_int_equal(phase_of(f), ROTATION_NONE);
}

static void test_one_first(void **state)
{
    struct fixture *f = *state;

    fixture_write(f, add_device, (void *)MAC_1);
    fixture_write(f, add_device, (void *)MAC_2);
    fixture_write(f, add_device, (void *)MAC_3);
    start(f);
    drive(f, true);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_FILE);
    assert_int_equal(row_of(f, MAC_2).step, ROTATION_IDLE);
    trust(f, MAC_1);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_2).step, ROTATION_FILE);
    assert_int_equal(row_of(f, MAC_3).step, ROTATION_FILE);
}

static void test_failed(void **state)
{
    struct fixture *f = *state;
    struct command failed = {.state = COMMAND_FAILED};

    fixture_write(f, add_device, (void *)MAC_1);
    start(f);
    drive(f, true);
    failed.id = row_of(f, MAC_1).command_id;
    fixture_write(f, end_command, &failed);
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_IDLE);
    assert_int_equal(row_of(f, MAC_1).tries, 1);
    assert_string_equal(row_of(f, MAC_1).detail, "ca: failed");
    drive(f, true);
    assert_int_equal(row_of(f, MAC_1).step, ROTATION_IDLE); // not at once
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_back),
        TEST(test_one_first),
        TEST(test_failed),
        TEST(test_lost_outcome),
        TEST(test_gone_back),
        TEST(test_settles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
