// What devices that are gone have left at the broker is taken away, once it can become no more.
#include "server/daemon/retained_sweep.h"

#include "server/base/log.h"
#include "server/command/command_forget.h"
#include "test/unit/server/revocation/revocation_fixture.h"

#define SPELT "84:F3:EB:00:00:02"

static struct retained_sweep sweep;
static char said[1 << 16];
static int answer; // of clear()

static int clear(const char *topic, void *ctx)
{
    (void)ctx;
    if (answer < 0)
        return answer;
    strcat(said, topic);
    strcat(said, "\n");
    return 0;
}

static int begin_sweep(void **state)
{
    if (set_up(state) < 0)
        return -1;

    struct world *w = *state;

    sweep =
        (struct retained_sweep){.store = w->f->store, .revocation = w->revocation, .clear = clear};
    retained_sweep_init(&sweep);
    said[0] = '\0';
    answer = 0;
    log_set_level(LOG_ERROR);
    return 0;
}

static int end_sweep(void **state)
{
    retained_sweep_clear(&sweep);
    return tear_down(state);
}

// The broker goes by a list of that number.
static void note(struct world *w, uint64_t number)
{
    revocation_note_connection(w->revocation, true);
    revocation_note_broker(w->revocation, number, 0, "");
}

// Until all of it has been said to the store, too.
static void tick(struct world *w, int64_t now_ms)
{
    retained_sweep_tick(&sweep, now_ms);
    fixture_flush(w->f);
}

static void assert_said(const char *expected)
{
    assert_string_equal(said, expected);
    said[0] = '\0';
}

static int64_t left(struct world *w)
{
    return fixture_query(w->f, "SELECT count(*) FROM retained");
}

#define TOPICS(name) "/status/" name "\n/event/" name "\n/will/" name "\n/will/" name "/will\n"

static void test_a_revoked_device(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    tick(w, 1000); // it may leave more until the broker goes by the list
    note(w, 0);
    tick(w, 2000);
    assert_said("");
    note(w, 1);
    tick(w, 3000);
    assert_said(TOPICS(MAC_1));
    assert_true(retained_sweep_hear(&sweep, "/status/" MAC_1)); // an echo, and no sign of life
    assert_true(retained_sweep_hear(&sweep, "/will/" MAC_1));
    assert_false(retained_sweep_hear(&sweep, "/status/" MAC_2));
    assert_false(retained_sweep_hear(&sweep, "/status/probe"));
    tick(w, 4000);
    assert_int_equal(left(w), 1); // not all have been heard
    assert_true(retained_sweep_hear(&sweep, "/will/" MAC_1 "/will"));
    tick(w, 5000);
    assert_int_equal(left(w), 0);
    tick(w, 6000);
    assert_said("");
    assert_false(retained_sweep_hear(&sweep, "/status/" MAC_1)); // it speaks itself
}

static void test_a_forgotten_device(void **state)
{
    struct world *w = *state;
    struct device_record device = fixture_device(MAC_2);
    bool revoked = true;

    snprintf(device.spelling, sizeof device.spelling, SPELT);
    fixture_write(w->f, fixture_put, &device);
    assert_int_equal(
        command_forget_device(w->f->store,
            &(struct command_forget_wish){.mac = MAC_2, .force = true}, &revoked, NULL),
        0);
    assert_false(revoked);
    note(w, 0);
    tick(w, 1000);
    assert_said(TOPICS(MAC_2) TOPICS(SPELT));
    assert_true(retained_sweep_hear(&sweep, "/will/" MAC_2 "/will"));
    tick(w, 2000);
    assert_int_equal(left(w), 1); // that was not the last one
    assert_true(retained_sweep_hear(&sweep, "/will/" SPELT "/will"));
    tick(w, 3000);
    assert_int_equal(left(w), 0);
}

// Who is in again has its own to say.
static void test_a_device_that_is_in_again(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_int_equal(revocation_readmit_device(w->revocation, NULL, MAC_1, &out, NULL), 0);
    note(w, 2);
    tick(w, 1000);
    assert_said("");
}

// Revoked once more while the first round was under way.
static void test_asked_for_again(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    note(w, 1);
    tick(w, 1000);
    assert_int_equal(revocation_readmit_device(w->revocation, NULL, MAC_1, &out, NULL), 0);
    usleep(2000);
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_true(retained_sweep_hear(&sweep, "/will/" MAC_1 "/will"));
    said[0] = '\0';
    note(w, 3);
    tick(w, 2000);
    assert_said("");
    tick(w, 3000);
    assert_said(TOPICS(MAC_1));
}

// The broker lets none through: ever more seldom, but at once with the next connection.
static void test_no_echo(void **state)
{
    static const int64_t rests_ms[] = {
        60000, 120000, 240000, 480000, 960000, 1920000, 3600000, 3600000};
    struct world *w = *state;
    struct revocation_outcome out;
    int64_t now_ms = 1000;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    note(w, 1);
    tick(w, now_ms);
    assert_said(TOPICS(MAC_1));
    for (size_t i = 0; i < sizeof rests_ms / sizeof rests_ms[0]; i++) {
        now_ms += RETAINED_SWEEP_WAIT_MS;
        tick(w, now_ms - 1);
        tick(w, now_ms); // given up
        now_ms += rests_ms[i];
        tick(w, now_ms - 1);
        assert_said("");
        tick(w, now_ms);
        assert_said(TOPICS(MAC_1));
    }
    assert_int_equal(left(w), 1);
    now_ms += RETAINED_SWEEP_WAIT_MS;
    tick(w, now_ms); // it rests
    retained_sweep_note_connected(&sweep);
    tick(w, now_ms + 1);
    assert_said(TOPICS(MAC_1));
    retained_sweep_note_connected(&sweep); // while a round is under way
    tick(w, now_ms + 2);
    assert_said(TOPICS(MAC_1));
    now_ms += 2 + RETAINED_SWEEP_WAIT_MS;
    tick(w, now_ms - 1);
    assert_said("");
    tick(w, now_ms); // and rests as after the first
    tick(w, now_ms + RETAINED_SWEEP_WAIT_MS - 1);
    assert_said("");
    tick(w, now_ms + RETAINED_SWEEP_WAIT_MS);
    assert_said(TOPICS(MAC_1));
}

// A connection that is gone: with the next one it is done.
static void test_no_connection(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    note(w, 1);
    answer = ERR_UNAVAILABLE;
    tick(w, 1000);
    answer = 0;
    tick(w, 2000);
    assert_said("");
    revocation_note_connection(w->revocation, false);
    tick(w, 3000);
    retained_sweep_note_connected(&sweep);
    tick(w, 4000);
    assert_said("");                                            // it has not said its list yet
    assert_true(retained_sweep_hear(&sweep, "/status/" MAC_1)); // of before
    note(w, 1);
    tick(w, 5000);
    assert_said(TOPICS(MAC_1));
}

static int put_many(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = 0;

    (void)ctx;
    for (int i = 0; i < RETAINED_SWEEP_ROUND + 1 && rc == 0; i++) {
        struct retained one = {.at_ms = 1};

        snprintf(one.mac, sizeof one.mac, "84f3eb%06x", (unsigned)i);
        rc = retained_store_put(connection, &one, err);
    }
    return rc;
}

// Round by round.
static void test_many(void **state)
{
    struct world *w = *state;
    char topic[64];

    fixture_write(w->f, put_many, NULL);
    note(w, 0);
    tick(w, 1000);
    assert_int_equal(sweep.count, RETAINED_SWEEP_ROUND);
    for (int i = 0; i < RETAINED_SWEEP_ROUND + 1; i++) {
        snprintf(topic, sizeof topic, "/will/84f3eb%06x/will", (unsigned)i);
        assert_int_equal(retained_sweep_hear(&sweep, topic), i < RETAINED_SWEEP_ROUND);
    }
    tick(w, 2000); // ends the round, and begins none before that is recorded
    assert_int_equal(left(w), 1);
    tick(w, 3000);
    assert_int_equal(sweep.count, 1);
}

// A round of which no echo comes does not keep the next devices from their turn.
static void test_many_without_an_echo(void **state)
{
    struct world *w = *state;
    int64_t now_ms = 1000 + RETAINED_SWEEP_WAIT_MS;

    fixture_write(w->f, put_many, NULL);
    note(w, 0);
    tick(w, 1000);
    tick(w, now_ms);
    now_ms += RETAINED_SWEEP_WAIT_MS;
    tick(w, now_ms);
    assert_int_equal(sweep.count, 1);
    assert_true(retained_sweep_hear(&sweep, "/will/84f3eb000064/will"));
    tick(w, now_ms + 1);
    tick(w, now_ms + 2); // from the first again
    assert_int_equal(sweep.count, RETAINED_SWEEP_ROUND);
    assert_int_equal(left(w), RETAINED_SWEEP_ROUND);
    now_ms += 2 + RETAINED_SWEEP_WAIT_MS;
    said[0] = '\0';
    tick(w, now_ms); // it rests as after the first that came to nothing
    tick(w, now_ms + RETAINED_SWEEP_WAIT_MS - 1);
    assert_said("");
    tick(w, now_ms + RETAINED_SWEEP_WAIT_MS);
    assert_int_equal(sweep.count, RETAINED_SWEEP_ROUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_sweep, end_sweep)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_revoked_device),
        TEST(test_a_forgotten_device),
        TEST(test_a_device_that_is_in_again),
        TEST(test_asked_for_again),
        TEST(test_no_echo),
        TEST(test_no_connection),
        TEST(test_many),
        TEST(test_many_without_an_echo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
