// Database, download server and the broker's list are kept in step, whatever fails.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/revocation/revocation.h"
#include "server/store/revocation_store.h"
#include "test/unit/server/revocation/revocation_fixture.h"

// From the first start on there is a list: without one the broker lets nobody in.
static void test_begins_with_a_list(void **state)
{
    struct world *w = *state;

    assert_true(list_has(w, "number 0\nend 0\n"));
    assert_int_equal(scratch_mode(w->list), 0644);
    assert_int_equal(scratch_mode(w->folder), 0755);
    assert_false(device_auth_is_revoked(w->auth, MAC_1));
}

static void test_shuts_out_and_lets_in(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;
    struct err err = {0};

    assert_int_equal(shut_out(w, MAC_1, &out, &err), 0);
    assert_true(out.changed);
    assert_int_equal(out.number, 1);
    assert_int_equal(out.download_ended, 3);
    assert_true(w->was_shut_out); // before the connections end: else they come again
    assert_true(list_has(w, "number 1\ndevice " MAC_1 " all\nend 1\n"));
    assert_true(device_auth_is_revoked(w->auth, MAC_1));
    assert_false(device_auth_is_revoked(w->auth, MAC_2));

    assert_int_equal(shut_out(w, MAC_1, &out, &err), 0);
    assert_false(out.changed);
    assert_int_equal(w->ended, 1);

    assert_int_equal(revocation_readmit_device(w->revocation, NULL, MAC_1, &out, &err), 0);
    assert_int_equal(out.number, 2);
    assert_true(list_has(w, "number 2\ndevice " MAC_1 " before "));
    assert_false(device_auth_is_revoked(w->auth, MAC_1));

    struct revocation_wish wish = {.subject = MAC_1, .reason = "stolen"};

    assert_int_equal(revocation_revoke_device(w->revocation, &wish, &out, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "keyCompromise"));
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revocation = {MAC_2, 5, REVOCATION_REASON_USUAL, 0, 4};
    int rc = revocation_store_put(connection, &revocation, err);

    (void)ctx;
    return rc < 0 ? rc : revocation_store_set_number(connection, 7, err);
}

// Killed between database and list: the next start completes it.
static void test_the_next_start_completes_it(void **state)
{
    struct world *w = *state;

    end(w);
    fixture_write(w->f, put_device, NULL);
    begin(w);
    assert_true(list_has(w, "number 7\ndevice " MAC_2 " all\nend 1\n"));
    assert_true(device_auth_is_revoked(w->auth, MAC_2));
}

// A database that was put back: the broker has seen a later number, and takes no earlier one.
static void test_numbers_rise(void **state)
{
    static const char later[] = "secureesp-revocations 1\nnumber 41\nend 0\n";
    struct world *w = *state;
    struct revocation_outcome out;
    char left[SCRATCH_PATH_SIZE];

    end(w);
    assert_int_equal(file_replace(w->list, (const uint8_t *)later, strlen(later), 0644, NULL), 0);
    scratch_path(w->folder, "revoked.Ab12cD.tmp", left); // of a writer that was killed
    assert_int_equal(file_replace(left, (const uint8_t *)"x", 1, 0600, NULL), 0);
    begin(w);
    assert_true(list_has(w, "number 42\n"));
    assert_int_equal(scratch_count(w->folder), 1);
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_int_equal(out.number, 43);
}

// One that no list can have, as a damaged file may: it counts as none, and the next ones can rise.
static void test_a_number_that_is_none(void **state)
{
    static const char *const numbers[] = {
        "18446744073709551615", "9223372036854775807", "9223372036854775806"};
    struct world *w = *state;
    struct revocation_outcome out;
    char text[100];

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        snprintf(text, sizeof text, "secureesp-revocations 1\nnumber %s\nend 0\n", numbers[i]);
        end(w);
        assert_int_equal(file_replace(w->list, (const uint8_t *)text, strlen(text), 0644, NULL), 0);
        begin(w);
        assert_true(list_has(w, "number 0\n"));
    }
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_int_equal(out.number, 1);
}

static void assert_fault(struct world *w, const char *text)
{
    struct revocation_state now;

    revocation_read(w->revocation, &now);
    if (text == NULL)
        assert_string_equal(now.fault, "");
    else
        assert_non_null(strstr(now.fault, text));
}

// Nothing can be put in the list's place: what holds is told, and it is tried again.
static void test_a_list_that_cannot_be_written(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;
    struct err err = {0};

    assert_int_equal(unlink(w->list), 0);
    assert_int_equal(mkdir(w->list, 0700), 0);
    assert_int_equal(shut_out(w, MAC_1, &out, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, MAC_1 ": it is recorded, and the download server uses it"));
    assert_non_null(strstr(err.message, "is not a regular file"));
    assert_non_null(strstr(err.message, "tries again"));
    assert_true(device_auth_is_revoked(w->auth, MAC_1));
    assert_fault(w, "is not a regular file");
    assert_int_equal(shut_out(w, MAC_1, &out, &err), ERR_UNAVAILABLE); // and not that all is well
    revocation_tick(w->revocation);
    assert_fault(w, "is not a regular file");

    end(w); // nor at the start, which goes on all the same
    begin(w);
    assert_true(device_auth_is_revoked(w->auth, MAC_1));
    assert_fault(w, "is not a regular file");

    assert_int_equal(rmdir(w->list), 0);
    revocation_tick(w->revocation);
    assert_fault(w, NULL);
    assert_true(list_has(w, "device " MAC_1 " all"));
}

// What others do to the list is undone.
static void test_the_list_is_kept(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_int_equal(unlink(w->list), 0);
    revocation_tick(w->revocation);
    assert_true(list_has(w, "device " MAC_1 " all"));
    assert_int_equal(file_replace(w->list, (const uint8_t *)"x", 1, 0644, NULL), 0);
    revocation_tick(w->revocation);
    assert_true(list_has(w, "device " MAC_1 " all"));
    assert_int_equal(chmod(w->list, 0600), 0); // the broker could not read it
    revocation_tick(w->revocation);
    assert_int_equal(scratch_mode(w->list), 0644);
}

// Nothing is recorded: nothing has changed.
static void test_a_database_that_cannot_be_written(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;
    struct err err = {0};

    assert_int_equal(fixture_query(w->f, "DROP TABLE device_revocations"), -1);
    assert_int_equal(shut_out(w, MAC_1, &out, &err), ERR_IO);
    assert_false(device_auth_is_revoked(w->auth, MAC_1));
    assert_int_equal(w->ended, 0);
    assert_true(list_has(w, "number 0\n"));
}

static void *answer(void *ctx)
{
    struct world *w = ctx;

    while (!list_has(w, "number 1\n"))
        usleep(1000);
    revocation_note_broker(w->revocation, 0, 9, ""); // the one before
    revocation_note_broker(w->revocation, 1, 2, "");
    return NULL;
}

static void test_waits_for_the_broker(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;
    struct revocation_state now;
    pthread_t thread;

    assert_int_equal(shut_out(w, MAC_2, &out, NULL), 0); // without a connection it does not wait
    assert_false(out.broker_applied);
    assert_non_null(strstr(out.broker_reason, "no connection"));
    end(w);
    assert_int_equal(fixture_query(w->f, "DELETE FROM device_revocations"), -1);
    assert_int_equal(fixture_query(w->f, "DELETE FROM progress WHERE name = 'revocations'"), -1);
    assert_int_equal(unlink(w->list), 0);
    begin(w);
    revocation_note_connection(w->revocation, true);
    assert_int_equal(pthread_create(&thread, NULL, answer, w), 0);
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    pthread_join(thread, NULL);
    assert_true(out.broker_applied);
    assert_int_equal(out.broker_ended, 2);
    assert_string_equal(out.broker_reason, "");
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_true(out.broker_applied);
    assert_int_equal(out.broker_ended, 0);
    revocation_read(w->revocation, &now);
    assert_true(now.broker_knows);
    assert_int_equal(now.broker_number, 1);
    // What it went by on another connection says nothing of now.
    revocation_note_connection(w->revocation, false);
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_false(out.broker_applied);
    revocation_read(w->revocation, &now);
    assert_false(now.broker_knows);
}

// The words for each way in which the broker does not go by it.
static void test_says_why_the_broker_does_not(void **state)
{
    static const struct {
        bool tells;
        uint64_t number;
        const char *error, *words;
    } rows[] = {
        {false, 0, "", "without our plugin"},
        {true, 0, "line 3: cut off", "does not accept the list: line 3: cut off"},
        {true, 0, "", "still uses list 0, not 1"},
    };
    struct world *w = *state;
    struct revocation_outcome out;

    revocation_note_connection(w->revocation, true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].tells)
            revocation_note_broker(w->revocation, rows[i].number, 0, rows[i].error);
        assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0); // 2 s each
        assert_false(out.broker_applied);
        assert_non_null(strstr(out.broker_reason, rows[i].words));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_begins_with_a_list),
        TEST(test_shuts_out_and_lets_in),
        TEST(test_the_next_start_completes_it),
        TEST(test_numbers_rise),
        TEST(test_a_number_that_is_none),
        TEST(test_a_list_that_cannot_be_written),
        TEST(test_the_list_is_kept),
        TEST(test_a_database_that_cannot_be_written),
        TEST(test_waits_for_the_broker),
        TEST(test_says_why_the_broker_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
