// Commands of a device that is shut out: each that is open ends, and says what may have come of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/command/command_end.h"
#include "server/store/command_store.h"
#include "test/unit/server/store/store_fixture.h"

// A store_job; ctx is a struct command, whose state it keeps.
static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command *command = ctx;
    struct command wanted = *command;
    int rc = command_store_add(connection, command, err);

    wanted.id = command->id;
    return rc < 0 ? rc : command_store_update(connection, &wanted, err);
}

static int64_t put(struct fixture *f, const char *mac, enum command_state state)
{
    struct command command = {.state = state, .created_at_ms = 5};

    memcpy(command.mac, mac, MAC_SIZE);
    strcpy(command.name, "reboot");
    if (state != COMMAND_QUEUED && state != COMMAND_WAITING)
        command.sent_at_ms = 6;
    if (state > COMMAND_SENT)
        command.ended_at_ms = 7;
    fixture_write(f, add, &command);
    return command.id;
}

static struct command get(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command = {0};

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command;
}

struct request {
    const char *mac;
    const char *why;
    size_t count;
    int rc; // that the job returns afterwards
};

static int end(struct store_connection *connection, void *ctx, struct err *err)
{
    struct request *request = ctx;
    int rc = command_end_revoked(connection, request->mac, request->why, &request->count, err);

    return rc < 0 ? rc : request->rc;
}

static void test_open_ones_end(void **state)
{
    struct fixture *f = *state;
    struct request request = {.mac = MAC_1, .why = "the device was revoked (keyCompromise)"};
    struct command command;
    int64_t queued[3], sent, of_another;
    int64_t before_ms = clock_now_ms();

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    sent = put(f, MAC_1, COMMAND_SENT);
    of_another = put(f, MAC_2, COMMAND_QUEUED);
    for (int i = 0; i < 2; i++)
        queued[i] = put(f, MAC_1, COMMAND_QUEUED);
    queued[2] = put(f, MAC_1, COMMAND_WAITING);
    fixture_write(f, end, &request);
    assert_int_equal(request.count, 4);
    command = get(f, sent);
    assert_int_equal(command.state, COMMAND_FAILED);
    assert_string_equal(command.result, "revoked");
    assert_string_equal(command.detail, "the device was revoked (keyCompromise) after it was sent: "
                                        "it may be done all the same");
    assert_true(command.ended_at_ms >= before_ms);
    assert_int_equal(command.sent_at_ms, 6);
    for (int i = 0; i < 3; i++) {
        command = get(f, queued[i]);
        assert_int_equal(command.state, COMMAND_FAILED);
        assert_string_equal(command.result, "revoked");
        assert_string_equal(
            command.detail, "the device was revoked (keyCompromise) before it was sent");
        assert_true(command.ended_at_ms >= before_ms);
    }
    assert_int_equal(get(f, of_another).state, COMMAND_QUEUED);
    fixture_write(f, end, &request);
    assert_int_equal(request.count, 0);
}

// What has ended keeps its outcome.
static void test_ended_ones_stay(void **state)
{
    struct fixture *f = *state;
    struct request request = {.mac = MAC_1, .why = "the device was replaced"};
    int64_t ids[COMMAND_STATE_COUNT];

    fixture_add_device(f, MAC_1);
    for (int i = COMMAND_DONE; i <= COMMAND_CANCELLED; i++)
        ids[i] = put(f, MAC_1, (enum command_state)i);
    fixture_write(f, end, &request);
    assert_int_equal(request.count, 0);
    for (int i = COMMAND_DONE; i <= COMMAND_CANCELLED; i++) {
        assert_int_equal(get(f, ids[i]).state, i);
        assert_int_equal(get(f, ids[i]).ended_at_ms, 7);
        assert_string_equal(get(f, ids[i]).result, "");
    }
}

// It is a part of the revocation: if that is not written, nothing has ended.
static void test_not_alone(void **state)
{
    struct fixture *f = *state;
    struct request request = {
        .mac = MAC_1, .why = "the device was revoked (keyCompromise)", .rc = ERR_CONFLICT};
    int64_t id;

    fixture_add_device(f, MAC_1);
    id = put(f, MAC_1, COMMAND_QUEUED);
    assert_int_equal(store_write(f->store, end, &request, NULL), ERR_CONFLICT);
    assert_int_equal(request.count, 1);
    assert_int_equal(get(f, id).state, COMMAND_QUEUED);
}

static void test_nobody(void **state)
{
    struct fixture *f = *state;
    struct request request = {
        .mac = MAC_3, .why = "the device was revoked (keyCompromise)", .count = 9};

    fixture_write(f, end, &request);
    assert_int_equal(request.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_open_ones_end),
        TEST(test_ended_ones_stay),
        TEST(test_not_alone),
        TEST(test_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
