// Batches: nobody of a later wave gets a command before all of the earlier ones are done.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/utf8.h"
#include "server/store/batch_store.h"
#include "server/store/command_store.h"
#include "server/store/payload_store.h"
#include "test/unit/server/store/store_fixture.h"

#define COUNT 5 // two canaries, two in the next wave, one in the last

static const int64_t waves[COUNT] = {0, 0, 1, 1, 2};
static const char macs[COUNT][MAC_SIZE] = {MAC_1, MAC_2, MAC_3, "84f3eb000004", "84f3eb000005"};

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command *commands = ctx;
    int rc = 0;

    for (int i = 0; rc == 0 && i < COUNT; i++) {
        commands[i] = (struct command){.name = "wifi",
            .state = waves[i] > 0 ? COMMAND_WAITING : COMMAND_QUEUED,
            .created_at_ms = 10 + i,
            .batch = commands[0].batch,
            .wave = waves[i]};
        memcpy(commands[i].mac, macs[i], MAC_SIZE);
        rc = command_store_add(connection, &commands[i], err);
        if (rc == 0 && i == 0)
            rc = batch_store_begin(connection, &commands[0], err);
        if (rc == 0)
            rc = payload_store_put(connection, commands[i].id, "AAAA", err);
    }
    return rc;
}

static void order(struct fixture *f, struct command commands[COUNT])
{
    for (int i = 0; i < COUNT; i++)
        fixture_add_device(f, macs[i]);
    commands[0].batch = 0;
    fixture_write(f, add_job, commands);
    assert_int_equal(commands[0].batch, commands[0].id);
}

static int update_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_update(connection, ctx, err);
}

static void end(struct fixture *f, struct command *command, enum command_state state)
{
    command->state = state;
    command->ended_at_ms = 77;
    fixture_write(f, update_job, command);
}

static struct command get(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command;

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command;
}

// Their states, a digit each.
static void assert_states(
    struct fixture *f, const struct command commands[COUNT], const char *expected)
{
    char states[COUNT + 1] = "";

    for (int i = 0; i < COUNT; i++)
        states[i] = (char)('0' + (int)get(f, commands[i].id).state);
    assert_string_equal(states, expected);
}

static int see(const struct command *command, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 16, "%d ", (int)command->id);
    return 0;
}

static void assert_due(struct fixture *f, const char *ids)
{
    struct store_connection *connection = fixture_read(f);
    char text[128] = "";

    assert_int_equal(command_store_each_due(connection, 0, see, text, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(text, ids);
}

static void test_wave_after_wave(void **state)
{
    struct fixture *f = *state;
    struct command commands[COUNT];

    order(f, commands);
    assert_due(f, "1 2 ");
    end(f, &commands[0], COMMAND_DONE);
    assert_states(f, commands, "20666");
    assert_due(f, "2 ");
    fixture_close(f); // a restart changes nothing
    fixture_open(f);
    assert_due(f, "2 ");
    end(f, &commands[1], COMMAND_DONE);
    assert_states(f, commands, "22006");
    assert_due(f, "3 4 ");
    end(f, &commands[3], COMMAND_DONE);
    assert_states(f, commands, "22026");
    end(f, &commands[2], COMMAND_DONE);
    assert_states(f, commands, "22220");
    assert_due(f, "5 ");
    end(f, &commands[4], COMMAND_FAILED);
    assert_states(f, commands, "22223");
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM command_payloads"), 0);
}

static void test_one_fails(void **state)
{
    static const struct {
        enum command_state state;
        const char *expected, *says;
    } rows[] = {
        {COMMAND_FAILED, "03333", "84f3eb000002 failed: no such network"},
        {COMMAND_EXPIRED, "04333", "84f3eb000002 expired: no such network"},
        {COMMAND_CANCELLED, "05333", "84f3eb000002 cancelled: no such network"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct command commands[COUNT];
        struct command command;

        order(f, commands);
        snprintf(commands[1].detail, sizeof commands[1].detail, "no such network");
        end(f, &commands[1], rows[i].state);
        assert_states(f, commands, rows[i].expected);
        command = get(f, commands[4].id);
        assert_string_equal(command.result, "held");
        assert_non_null(strstr(command.detail, "a canary did not move: "));
        assert_non_null(strstr(command.detail, rows[i].says));
        assert_int_equal(command.ended_at_ms, 77);
        assert_int_equal(command.sent_at_ms, 0);
        assert_int_equal(fixture_query(f, "SELECT count(*) FROM command_payloads"), 1);
        end(f, &commands[0], COMMAND_DONE); // too late for the others
        assert_states(f, commands, (char[]){'2', rows[i].expected[1], '3', '3', '3', '\0'});
    }
}

// A late outcome does not bring back who was given up.
static void test_too_late(void **state)
{
    struct fixture *f = *state;
    struct command commands[COUNT];

    order(f, commands);
    end(f, &commands[0], COMMAND_DONE);
    end(f, &commands[1], COMMAND_EXPIRED);
    assert_states(f, commands, "24333");
    end(f, &commands[1], COMMAND_DONE);
    assert_states(f, commands, "22333");
}

// One that waits is taken back: those beside it go on, those behind it do not.
static void test_one_is_taken_back(void **state)
{
    struct fixture *f = *state;
    struct command commands[COUNT];

    order(f, commands);
    end(f, &commands[2], COMMAND_CANCELLED);
    assert_states(f, commands, "00566");
    end(f, &commands[0], COMMAND_DONE);
    end(f, &commands[1], COMMAND_DONE);
    assert_states(f, commands, "22506");
    end(f, &commands[3], COMMAND_DONE);
    assert_states(f, commands, "22523");
}

static int expire_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_expire(connection, *(int64_t *)ctx, 99, err);
}

static void test_one_expires(void **state)
{
    struct fixture *f = *state;
    struct command commands[COUNT];
    int64_t before_ms = 10;

    order(f, commands);
    fixture_write(f, expire_job, &before_ms);
    assert_states(f, commands, "00666");
    before_ms = 11; // the first was ordered at 10
    fixture_write(f, expire_job, &before_ms);
    assert_states(f, commands, "40333");
    assert_non_null(strstr(get(f, commands[2].id).detail, "84f3eb000001 expired: never sent"));
    assert_int_equal(get(f, commands[2].id).ended_at_ms, 99);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM command_payloads"), 1);
}

static int forget_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_forget(connection, ctx, err);
}

// That a canary is not there any more does not mean that it has moved.
static void test_one_is_forgotten(void **state)
{
    struct fixture *f = *state;
    struct command commands[COUNT];
    char first[] = "84f3eb000001";
    char second[] = "84f3eb000002";

    order(f, commands);
    end(f, &commands[0], COMMAND_DONE);
    fixture_write(f, forget_job, first); // it has moved
    assert_int_equal(get(f, commands[2].id).state, COMMAND_WAITING);
    fixture_write(f, forget_job, second);
    for (int i = 2; i < COUNT; i++) {
        struct command command = get(f, commands[i].id);

        assert_int_equal(command.state, COMMAND_FAILED);
        assert_non_null(strstr(command.detail, "84f3eb000002 cancelled: the device was forgotten"));
    }
    fixture_assert_whole(f);
}

// A batch goes by its own commands only.
static void test_batches_are_apart(void **state)
{
    struct fixture *f = *state;
    struct command first[COUNT];
    struct command second[COUNT];

    order(f, first);
    order(f, second);
    assert_true(first[0].batch != second[0].batch);
    end(f, &first[0], COMMAND_FAILED);
    assert_states(f, first, "30333");
    assert_states(f, second, "00666");
    end(f, &second[0], COMMAND_DONE);
    end(f, &second[1], COMMAND_DONE);
    assert_states(f, second, "22006");
}

// What a device says is cut at a character.
static void test_long_detail(void **state)
{
    struct fixture *f = *state;
    struct command commands[COUNT];
    struct command command;

    order(f, commands);
    for (size_t i = 0; i + 2 < sizeof commands[0].detail; i += 2)
        memcpy(commands[0].detail + i, "\xc3\xa9", 3);
    memmove(commands[0].detail + 1, commands[0].detail, sizeof commands[0].detail - 4);
    commands[0].detail[0] = 'x';
    commands[0].detail[sizeof commands[0].detail - 3] = '\0';
    end(f, &commands[0], COMMAND_FAILED);
    command = get(f, commands[4].id);
    assert_true(utf8_is_valid(command.detail));
    assert_true(strlen(command.detail) > 150);
}

static int note(const struct batch_summary *summary, void *ctx)
{
    char *text = ctx;

    snprintf(text + strlen(text), 32, "%lld:%lld/%lld/%lld ", (long long)summary->id,
        (long long)summary->counts[COMMAND_QUEUED], (long long)summary->counts[COMMAND_DONE],
        (long long)summary->counts[COMMAND_WAITING]);
    return 0;
}

static void test_summaries(void **state)
{
    struct fixture *f = *state;
    struct command commands[COUNT];
    struct batch_summary summary;
    struct store_connection *connection;
    struct command_store_batch batch = {1, "wifi"};
    char all[96] = "", one[96] = "", none[96] = "", of_batch[96] = "";

    order(f, commands);
    end(f, &commands[0], COMMAND_DONE);
    order(f, commands);
    connection = fixture_read(f);
    assert_int_equal(batch_store_each(connection, "wifi", 10, note, all, NULL), 0);
    assert_int_equal(batch_store_each(connection, "wifi", 1, note, one, NULL), 0);
    assert_int_equal(batch_store_each(connection, "flash", 10, note, none, NULL), 0);
    assert_string_equal(all, "6:2/0/3 1:1/1/3 ");
    assert_string_equal(one, "6:2/0/3 ");
    assert_int_equal(batch_store_get(connection, "wifi", 6, &summary, NULL), 0);
    assert_int_equal(summary.accepted, 0);
    store_read_end(f->store, connection);
    commands[0].state = COMMAND_SENT;
    commands[0].accepted_at_ms = 5;
    fixture_write(f, update_job, &commands[0]);
    connection = fixture_read(f);
    assert_int_equal(batch_store_get(connection, "wifi", 6, &summary, NULL), 0);
    assert_int_equal(summary.accepted, 1);
    assert_int_equal(summary.counts[COMMAND_SENT], 1);
    assert_string_equal(none, "");
    assert_int_equal(batch_store_get(connection, "wifi", 1, &summary, NULL), 0);
    assert_int_equal(summary.id, 1);
    assert_int_equal(summary.created_at_ms, 10);
    assert_int_equal(batch_store_get(connection, "wifi", 2, &summary, NULL), ERR_NOT_FOUND);
    assert_int_equal(batch_store_get(connection, "flash", 1, &summary, NULL), ERR_NOT_FOUND);
    assert_int_equal(command_store_each_of_batch(connection, &batch, see, of_batch, NULL), 0);
    assert_string_equal(of_batch, "1 2 3 4 5 ");
    store_read_end(f->store, connection);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_wave_after_wave),
        TEST(test_one_fails),
        TEST(test_too_late),
        TEST(test_one_is_taken_back),
        TEST(test_one_expires),
        TEST(test_one_is_forgotten),
        TEST(test_batches_are_apart),
        TEST(test_long_detail),
        TEST(test_summaries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
