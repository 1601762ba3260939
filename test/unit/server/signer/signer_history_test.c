// What was signed before the signer began counts for an hour.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/private_key.h"
#include "server/signer/signer_history.h"
#include "test/unit/server/signer/signer_fixture.h"

#define MINUTE_MS INT64_C(60000)

// Records one that was signed so long ago.
static void record(const char *folder, int64_t age_ms)
{
    struct issuer *issuer;
    struct private_key *key;
    struct certificate *certificate;
    struct issuer_order order = {.profile = PROFILE_DEVICE,
        .common_name = SIGNER_FIXTURE_MAC,
        .days = 10,
        .now_ms = clock_system_ms() - age_ms};

    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, NULL), 0);
    assert_int_equal(issuer_issue(issuer, &order, key, &certificate, NULL), 0);
    assert_int_equal(issued_add(folder, &certificate, 1, NULL), 0);
    certificate_free(certificate);
    private_key_free(key);
    issuer_free(issuer);
}

// How many may still be signed in this moment, of ten; after so many minutes.
static int left(const char *folder, int64_t minutes)
{
    struct signer_hour *hour;
    int64_t now_ms;
    int count = 0;

    assert_int_equal(signer_hour_new(10, &hour), 0);
    assert_int_equal(signer_history_read(folder, hour, NULL), 0);
    now_ms = clock_monotonic_ms() + minutes * MINUTE_MS;
    while (signer_hour_has_room(hour, now_ms)) {
        signer_hour_count(hour, now_ms);
        count++;
    }
    signer_hour_free(hour);
    return count;
}

static void without_a_record_nothing_counts(void **state)
{
    assert_int_equal(left(*state, 0), 10);
}

static void an_hour_counts(void **state)
{
    record(*state, 61 * MINUTE_MS);
    record(*state, 59 * MINUTE_MS);
    record(*state, 30 * MINUTE_MS);
    record(*state, 0);
    assert_int_equal(left(*state, 0), 7);
    assert_int_equal(left(*state, 2), 8);
    assert_int_equal(left(*state, 31), 9);
    assert_int_equal(left(*state, 61), 10);
}

static void the_future_counts_from_now_on(void **state)
{
    record(*state, -100 * MINUTE_MS);
    record(*state, 30 * MINUTE_MS); // after the clock was set back
    assert_int_equal(left(*state, 0), 8);
    assert_int_equal(left(*state, 59), 8);
    assert_int_equal(left(*state, 61), 10);
}

// What was signed while the clock was behind counts as what stands before it.
static void a_clock_that_was_behind_makes_no_room(void **state)
{
    for (int i = 0; i < 10; i++)
        record(*state, (i < 5 ? 1 : 100) * MINUTE_MS);
    assert_int_equal(left(*state, 0), 0);
    assert_int_equal(left(*state, 58), 0);
    assert_int_equal(left(*state, 60), 10);
}

static void a_clock_that_was_ahead_is_over(void **state)
{
    record(*state, -1000 * MINUTE_MS);
    for (int i = 0; i < 8; i++)
        record(*state, 100 * MINUTE_MS);
    assert_int_equal(left(*state, 0), 9);
}

static void more_than_there_may_be_count(void **state)
{
    for (int i = 0; i < 12; i++)
        record(*state, 10 * MINUTE_MS);
    assert_int_equal(left(*state, 0), 0);
    assert_int_equal(left(*state, 51), 10);
}

static void what_cannot_be_read_is_an_error(void **state)
{
    struct signer_hour *hour;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "issued.pem", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"damaged\n", 8, 0600, NULL), 0);
    assert_int_equal(signer_hour_new(10, &hour), 0);
    assert_int_equal(signer_history_read(*state, hour, NULL), ERR_INVALID);
    signer_hour_free(hour);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, signer_fixture_make, scratch_remove)
        TEST(without_a_record_nothing_counts),
        TEST(an_hour_counts),
        TEST(the_future_counts_from_now_on),
        TEST(a_clock_that_was_behind_makes_no_room),
        TEST(a_clock_that_was_ahead_is_over),
        TEST(more_than_there_may_be_count),
        TEST(what_cannot_be_read_is_an_error),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
