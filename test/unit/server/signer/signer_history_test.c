// What was signed before the signer began counts for an hour, and is known again for a while.
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

// Records in a folder one that the CA of another, or of the same, has signed so long ago.
struct recorded {
    const char *signer, *folder;
    enum profile profile;
    int64_t age_ms;
};

static void record_one(const struct recorded *it, char key_id[DIGEST_SHA256_TEXT_SIZE])
{
    struct issuer *issuer;
    struct private_key *key;
    struct certificate *certificate;
    struct issuer_order order = {.profile = it->profile,
        .common_name = SIGNER_FIXTURE_MAC,
        .days = 10,
        .now_ms = clock_system_ms() - it->age_ms};

    assert_int_equal(pki_folder_open(it->signer, &issuer, NULL), 0);
    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, NULL), 0);
    assert_int_equal(issuer_issue(issuer, &order, key, &certificate, NULL), 0);
    assert_int_equal(issued_add(it->folder, &certificate, 1, NULL), 0);
    assert_int_equal(certificate_key_id(certificate, key_id, NULL), 0);
    certificate_free(certificate);
    private_key_free(key);
    issuer_free(issuer);
}

static void record(const char *folder, int64_t age_ms)
{
    const struct recorded it = {folder, folder, PROFILE_DEVICE, age_ms};
    char key_id[DIGEST_SHA256_TEXT_SIZE];

    record_one(&it, key_id);
}

// Reads the history, of which the hour allows ten; the caller frees both.
static int read_history(const char *folder, struct signer_memory *memory)
{
    struct issuer *issuer;

    assert_int_equal(signer_hour_new(10, &memory->hour), 0);
    assert_int_equal(signer_recent_new(&memory->recent), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);

    int rc = signer_history_read(folder, issuer, memory, NULL);

    issuer_free(issuer);
    return rc;
}

static void release(const struct signer_memory *memory)
{
    signer_hour_free(memory->hour);
    signer_recent_free(memory->recent);
}

// How many may still be signed in this moment, of ten; after so many minutes.
static int left(const char *folder, int64_t minutes)
{
    struct signer_memory memory;
    int64_t now_ms;
    int count = 0;

    assert_int_equal(read_history(folder, &memory), 0);
    now_ms = clock_monotonic_ms() + minutes * MINUTE_MS;
    while (signer_hour_has_room(memory.hour, now_ms)) {
        signer_hour_count(memory.hour, now_ms);
        count++;
    }
    release(&memory);
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
    struct signer_memory memory;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "issued.pem", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"damaged\n", 8, 0600, NULL), 0);
    assert_int_equal(read_history(*state, &memory), ERR_INVALID);
    release(&memory);
}

static void the_same_order_is_known_again(void **state)
{
    static const struct {
        bool by_another_ca;
        enum profile profile;
        int64_t age_ms;
        int days;
        bool is_known, is_known_later; // two minutes
    } rows[] = {
        {false, PROFILE_DEVICE, 11 * MINUTE_MS, 10, false, false}, // long ago
        {false, PROFILE_DEVICE, 9 * MINUTE_MS, 10, true, false},
        {false, PROFILE_DEVICE, 0, 10, true, true},
        {false, PROFILE_DEVICE, 0, 11, false, false},
        {true, PROFILE_DEVICE, 0, 10, false, false}, // no CA that devices would take now
        {false, PROFILE_SERVER, 0, 10, false, false},
    };
    void *other = NULL;

    assert_int_equal(signer_fixture_make(&other), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct recorded it = {
            rows[i].by_another_ca ? other : *state, *state, rows[i].profile, rows[i].age_ms};
        char key_id[DIGEST_SHA256_TEXT_SIZE];
        struct signer_recent_order order = {SIGNER_FIXTURE_MAC, key_id, rows[i].days};
        struct signer_memory memory;
        int64_t now_ms = clock_monotonic_ms();
        const uint8_t *der;
        size_t n;

        record_one(&it, key_id);
        assert_int_equal(read_history(*state, &memory), 0);
        if (signer_recent_find(memory.recent, &order, now_ms, &der, &n) != rows[i].is_known ||
            signer_recent_find(memory.recent, &order, now_ms + 2 * MINUTE_MS, &der, &n) !=
                rows[i].is_known_later)
            fail_msg("row %zu", i);
        release(&memory);
    }
    assert_int_equal(scratch_remove(&other), 0);
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
        TEST(the_same_order_is_known_again),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
