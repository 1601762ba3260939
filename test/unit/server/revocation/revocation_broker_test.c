// What the broker says of the list, and who waits for it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/revocation/revocation_broker.h"

static struct revocation_broker broker;

static int set_up(void **state)
{
    (void)state;
    revocation_broker_init(&broker);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    revocation_broker_clear(&broker);
    return 0;
}

// Not at all: for that it needs no time.
static bool goes_by(uint64_t number)
{
    int64_t at_ms;
    int64_t ended;

    return revocation_broker_wait(&broker, number, clock_monotonic_ms(), &at_ms, &ended);
}

static void test_by_its_number(void **state)
{
    int64_t at_ms = 0;
    int64_t ended = 0;
    int64_t began_ms = clock_monotonic_ms();

    (void)state;
    assert_false(goes_by(0)); // it has said nothing
    revocation_broker_note_connection(&broker, true);
    assert_false(goes_by(0));
    revocation_broker_note(&broker, 7, 3, "");
    assert_true(goes_by(7));
    assert_true(goes_by(6));
    assert_false(goes_by(8));
    assert_true(revocation_broker_wait(&broker, 7, 0, &at_ms, &ended));
    assert_int_equal(ended, 3);
    assert_true(at_ms >= began_ms && at_ms <= clock_monotonic_ms());
}

// What it went by on another connection says nothing of now: it may have another list since.
static void test_by_this_connection(void **state)
{
    (void)state;
    revocation_broker_note_connection(&broker, true);
    revocation_broker_note(&broker, 7, 0, "");
    revocation_broker_note_connection(&broker, false);
    assert_false(goes_by(7));
    revocation_broker_note_connection(&broker, true);
    assert_false(goes_by(7));
    revocation_broker_note(&broker, 5, 0, "");
    assert_true(goes_by(5));
    assert_false(goes_by(7)); // a lower number counts, too
}

static void *say_later(void *ctx)
{
    (void)ctx;
    usleep(50000);
    revocation_broker_note(&broker, 6, 0, ""); // not yet
    usleep(50000);
    revocation_broker_note(&broker, 7, 2, "");
    return NULL;
}

static void *part_later(void *ctx)
{
    (void)ctx;
    usleep(50000);
    revocation_broker_note_connection(&broker, false);
    return NULL;
}

// Waits for number 7 with something else under way; returns for how long.
static int64_t wait_beside(void *(*run)(void *ctx), int64_t max_ms, bool *well)
{
    int64_t began_ms = clock_monotonic_ms();
    int64_t at_ms;
    int64_t ended;
    pthread_t thread;

    if (run != NULL)
        assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
    *well = revocation_broker_wait(&broker, 7, began_ms + max_ms, &at_ms, &ended);
    began_ms = clock_monotonic_ms() - began_ms;
    if (run != NULL)
        pthread_join(thread, NULL);
    return began_ms;
}

static void test_is_waited_for(void **state)
{
    bool well;
    int64_t took_ms;

    (void)state;
    assert_true(wait_beside(NULL, 60000, &well) < 30000); // not without a connection
    assert_false(well);
    revocation_broker_note_connection(&broker, true);
    took_ms = wait_beside(NULL, 100, &well);
    assert_true(took_ms >= 100);
    assert_false(well);
    took_ms = wait_beside(say_later, 60000, &well);
    assert_true(took_ms >= 90 && took_ms < 30000);
    assert_true(well);
    revocation_broker_note(&broker, 6, 0, "");
    assert_true(wait_beside(part_later, 60000, &well) < 30000);
    assert_false(well);
}

static void test_errors(void **state)
{
    char error[REVOCATION_BROKER_ERROR_SIZE];
    char text[2 * REVOCATION_BROKER_ERROR_SIZE];

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_false(revocation_broker_has_error(&broker, 0, error));
    revocation_broker_note_connection(&broker, true);
    revocation_broker_note(&broker, 7, 0, text);
    assert_true(revocation_broker_has_error(&broker, 0, error)); // cut, not beyond its end
    assert_int_equal(strlen(error), REVOCATION_BROKER_ERROR_SIZE - 1);
    assert_false(revocation_broker_has_error(&broker, 60000, error)); // only just
    revocation_broker_note(&broker, 7, 0, "");
    assert_false(revocation_broker_has_error(&broker, 0, error));
    revocation_broker_note(&broker, 7, 0, "why");
    revocation_broker_note_connection(&broker, false);
    assert_false(revocation_broker_has_error(&broker, 0, error));
}

static void assert_explained(const char *words)
{
    char text[512];

    revocation_broker_explain(&broker, 7, text, sizeof text);
    if (strstr(text, words) == NULL)
        fail_msg("%s", text);
}

static void test_explains(void **state)
{
    (void)state;
    assert_explained("no connection to it");
    revocation_broker_note_connection(&broker, true);
    assert_explained("without our plugin");
    revocation_broker_note(&broker, 6, 0, "");
    assert_explained("still uses list 6, not 7");
    revocation_broker_note(&broker, 6, 0, "line 3: cut off");
    assert_explained("does not accept the list: line 3: cut off; it uses the last good one, 6");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_by_its_number),
        TEST(test_by_this_connection),
        TEST(test_is_waited_for),
        TEST(test_errors),
        TEST(test_explains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
