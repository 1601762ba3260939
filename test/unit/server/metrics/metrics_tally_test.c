// What has happened since the daemon started, by what has come into the database.
#include "test/unit/server/store/store_fixture.h"

#include "common/result.h"
#include "server/base/clock.h"
#include "server/metrics/metrics_tally.h"
#include "server/model/event_kind.h"
#include "server/store/command_store.h"
#include "server/store/event_store.h"

struct counts {
    int64_t boots, others, wills, kinds;
    int64_t ok, timeouts, other_results, other_commands;
};

static void note_event(const char *kind, int64_t count, void *ctx)
{
    struct counts *counts = ctx;

    counts->kinds++;
    counts->boots += strcmp(kind, "boot") == 0 ? count : 0;
    counts->wills += strcmp(kind, EVENT_KIND_WILL) == 0 ? count : 0;
    counts->others += strcmp(kind, METRICS_TALLY_OTHER) == 0 ? count : 0;
}

static void note_command(const char *command, const char *result, int64_t count, void *ctx)
{
    struct counts *counts = ctx;

    if (strcmp(command, METRICS_TALLY_OTHER) == 0) {
        counts->other_commands += count;
        return;
    }
    counts->ok += strcmp(result, "ok") == 0 ? count : 0;
    counts->timeouts += strcmp(result, "timeout") == 0 ? count : 0;
    counts->other_results += strcmp(result, METRICS_TALLY_OTHER) == 0 ? count : 0;
}

static struct counts read_tally(struct metrics_tally *tally)
{
    struct counts counts = {.boots = 0};
    struct metrics_tally_visitor visitor = {note_event, note_command, &counts};
    struct err err = {0};

    if (metrics_tally_read(tally, &visitor, &err) < 0)
        fail_msg("%s", err.message);
    return counts;
}

static int add_event(struct store_connection *connection, void *ctx, struct err *err)
{
    struct event event = {.mac = MAC_1, .at_ms = 1};

    snprintf(event.kind, sizeof event.kind, "%s", (const char *)ctx);
    return event_store_add(connection, &event, EVENT_CLASS_OTHER, err);
}

static void happen(struct fixture *f, const char *kind)
{
    fixture_write(f, add_event, (void *)(uintptr_t)kind);
}

static int add_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static int put_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_update(connection, ctx, err);
}

static struct command give(struct fixture *f, const char *name)
{
    struct command command = {.mac = MAC_1, .state = COMMAND_QUEUED, .created_at_ms = 1};

    snprintf(command.name, sizeof command.name, "%s", name);
    fixture_write(f, add_command, &command);
    return command;
}

static void end(struct fixture *f, struct command *command, const char *result, int64_t at_ms)
{
    command->state = strcmp(result, "ok") == 0 ? COMMAND_DONE : COMMAND_FAILED;
    snprintf(command->result, sizeof command->result, "%s", result);
    command->ended_at_ms = at_ms;
    fixture_write(f, put_command, command);
}

static struct metrics_tally *open_tally(struct fixture *f)
{
    struct metrics_tally *tally = NULL;
    struct err err = {0};

    if (metrics_tally_open(f->store, &tally, &err) < 0)
        fail_msg("%s", err.message);
    return tally;
}

static void test_events(void **state)
{
    struct fixture *f = *state;
    struct metrics_tally *tally;

    fixture_add_device(f, MAC_1);
    happen(f, "boot"); // before the daemon started
    tally = open_tally(f);
    assert_int_equal(read_tally(tally).boots, 0);
    happen(f, "boot");
    happen(f, EVENT_KIND_WILL);
    happen(f, "made-up-1");
    happen(f, "made-up-2");
    for (int i = 0; i < 2; i++) {
        struct counts counts = read_tally(tally);

        assert_int_equal(counts.boots, 1);
        assert_int_equal(counts.wills, 1);
        assert_int_equal(counts.others, 2);
    }
    fixture_query(f, "DELETE FROM events"); // at their age: what was counted stays
    happen(f, "boot");
    assert_int_equal(read_tally(tally).boots, 2);
    metrics_tally_close(tally);
}

// Each has its own count: else it would be one of the others.
static void test_every_kind_is_known(void **state)
{
    static const char *const kinds[] = {"accepted", "boot", "command", "error", "trial",
        EVENT_KIND_DOWNLOAD, EVENT_KIND_ENROLMENT, EVENT_KIND_ENROLMENT_REFUSED, EVENT_KIND_KEY,
        EVENT_KIND_KEY_REFUSED, EVENT_KIND_LIMITED, EVENT_KIND_READMITTED, EVENT_KIND_REBOOT,
        EVENT_KIND_REPLACED, EVENT_KIND_REVOKED, EVENT_KIND_ROLLOUT, EVENT_KIND_SHARED_IDENTITY,
        EVENT_KIND_WILL};
    struct fixture *f = *state;
    struct metrics_tally *tally = open_tally(f);

    fixture_add_device(f, MAC_1);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        happen(f, kinds[i]);

    struct counts counts = read_tally(tally);

    assert_int_equal(counts.others, 0);
    assert_int_equal(counts.kinds, sizeof kinds / sizeof kinds[0] + 1);
    metrics_tally_close(tally);
}

// Of too many the rest comes with the next scrape.
static void test_many_events(void **state)
{
    struct fixture *f = *state;
    struct metrics_tally *tally = open_tally(f);

    fixture_add_device(f, MAC_1);
    fixture_query(f,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50001)"
        " INSERT INTO events (id, device, at_ms, kind, command, command_id, result, image, detail)"
        " SELECT i, mac, 1, 'boot', '', 0, '', '', '' FROM n, devices");
    fixture_query(f, "UPDATE event_clock SET newest = 50001");
    assert_int_equal(read_tally(tally).boots, METRICS_TALLY_EVENTS);
    assert_int_equal(read_tally(tally).boots, METRICS_TALLY_EVENTS + 1);
    metrics_tally_close(tally);
}

static void test_commands(void **state)
{
    struct fixture *f = *state;
    struct metrics_tally *tally;
    struct command old;
    struct command commands[4];
    int64_t now;

    fixture_add_device(f, MAC_1);
    old = give(f, "firmware");
    end(f, &old, "ok", clock_now_ms() - 1000); // before the daemon started
    commands[0] = give(f, "flash");            // before it started, and ends after
    tally = open_tally(f);
    now = clock_now_ms() + 1;
    assert_int_equal(read_tally(tally).ok, 0);
    commands[1] = give(f, "firmware");
    commands[2] = give(f, "firmware");
    end(f, &commands[2], "timeout", now);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_tally(tally).timeouts, 1); // behind one that is open
        assert_int_equal(read_tally(tally).ok, 0);
    }
    end(f, &commands[1], "ok", now);
    end(f, &commands[0], "ok", now);
    commands[3] = give(f, "app-1");
    end(f, &commands[3], "whatever", now);
    for (int i = 0; i < 2; i++) {
        struct counts counts = read_tally(tally);

        assert_int_equal(counts.ok, 2);
        assert_int_equal(counts.timeouts, 1);
        assert_int_equal(counts.other_commands, 1);
    }
    commands[3] = give(f, "flash");
    end(f, &commands[3], "whatever", now);
    assert_int_equal(read_tally(tally).other_results, 1);
    metrics_tally_close(tally);
}

// One that stays open does not make each scrape look at all that were given since.
static void test_an_old_one_is_left(void **state)
{
    struct fixture *f = *state;
    struct metrics_tally *tally = open_tally(f);
    struct command open;
    int64_t now = clock_now_ms() + 1;
    char sql[400];

    fixture_add_device(f, MAC_1);
    open = give(f, "firmware");
    snprintf(sql, sizeof sql,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        " INSERT INTO commands (device, name, state, result, image, detail, created_at_ms,"
        " sent_at_ms, ended_at_ms) SELECT mac, 'flash', 2, 'ok', '', '', 1, 1, %lld"
        " FROM n, devices",
        (long long)now);
    fixture_query(f, sql);
    assert_int_equal(read_tally(tally).ok, METRICS_TALLY_COMMANDS);
    end(f, &open, "timeout", now);
    assert_int_equal(read_tally(tally).timeouts, 0);
    assert_int_equal(read_tally(tally).ok, METRICS_TALLY_COMMANDS);
    metrics_tally_close(tally);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_events),
        TEST(test_every_kind_is_known),
        TEST(test_many_events),
        TEST(test_commands),
        TEST(test_an_old_one_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
