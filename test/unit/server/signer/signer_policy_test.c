// What the signer signs, and what not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/signer/signer_policy.h"

#define DAY_MS INT64_C(86400000)
#define NOW_MS INT64_C(1767225600000)

static const struct signer_policy everything = {
    .days = 825, .per_hour = 1, .allows_p256 = true, .allows_rsa = true};

static int judge_name(const struct signer_policy *policy, const char *name)
{
    struct certificate_request request = {.key = {.algorithm = "P-256"}};
    struct signer_policy_life life = {.now_ms = NOW_MS, .ca_not_after_ms = NOW_MS + 9999 * DAY_MS};
    struct err err = {0};
    int days = -1;

    snprintf(request.common_name, sizeof request.common_name, "%s", name);

    int rc = signer_policy_judge(policy, &request, &life, &days, &err);

    assert_int_equal(days, rc == 0 ? (int)policy->days : -1);
    return rc;
}

static void a_name_is_a_mac(void **state)
{
    static const char *const names[] = {"", "secureespd", "localhost", "84f3eb00000",
        "84f3eb0000011", "84F3EB000001", "84:f3:eb:00:00:01", "84f3eb00000g", " 84f3eb000001",
        "84f3eb000001 ", "*.example"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (judge_name(&everything, names[i]) != ERR_DENIED)
            fail_msg("%s", names[i]);
    }
    assert_int_equal(judge_name(&everything, "84f3eb000001"), 0);
}

static void macs_may_be_listed(void **state)
{
    struct signer_policy policy = everything;

    (void)state;
    assert_int_equal(
        signer_policy_read_prefixes("84f3eb, 5ccf7f12\t0123456789ab", &policy, NULL), 0);
    assert_int_equal(policy.prefix_count, 3);
    assert_int_equal(judge_name(&policy, "84f3eb000001"), 0);
    assert_int_equal(judge_name(&policy, "5ccf7f12ffff"), 0);
    assert_int_equal(judge_name(&policy, "0123456789ab"), 0);
    assert_int_equal(judge_name(&policy, "5ccf7f13ffff"), ERR_DENIED);
    assert_int_equal(judge_name(&policy, "0123456789ac"), ERR_DENIED);
    assert_int_equal(judge_name(&policy, "84f3ea000001"), ERR_DENIED);
    assert_int_equal(judge_name(&policy, "84f3ebsecure"), ERR_DENIED);
}

static void lists_are_read(void **state)
{
    static const char *const bad_prefixes[] = {
        "", " , ", "84F3EB", "84:f3", "0123456789abc", "0123456789abcdef0123", "84f3eb x"};
    static const char *const bad_keys[] = {
        "", "p384", "p256 rsa1024", "P256", "p256rsap256rsap256rsa"};
    struct signer_policy policy = everything;
    char many[8 * (SIGNER_POLICY_PREFIXES_MAX + 1) + 1] = "";

    (void)state;
    for (size_t i = 0; i < sizeof bad_prefixes / sizeof bad_prefixes[0]; i++)
        assert_int_equal(signer_policy_read_prefixes(bad_prefixes[i], &policy, NULL), ERR_INVALID);
    for (size_t i = 0; i < sizeof bad_keys / sizeof bad_keys[0]; i++)
        assert_int_equal(signer_policy_read_keys(bad_keys[i], &policy, NULL), ERR_INVALID);
    for (size_t i = 0; i < SIGNER_POLICY_PREFIXES_MAX; i++)
        memcpy(many + 8 * i, "84f3eb0 ", 9);
    assert_int_equal(signer_policy_read_prefixes(many, &policy, NULL), 0);
    memcpy(many + (size_t)8 * SIGNER_POLICY_PREFIXES_MAX, "84f3eb0 ", 9);
    assert_int_equal(signer_policy_read_prefixes(many, &policy, NULL), ERR_INVALID);
    assert_int_equal(signer_policy_read_keys("p256,rsa", &policy, NULL), 0);
    assert_true(policy.allows_p256 && policy.allows_rsa);
    assert_int_equal(signer_policy_read_keys("rsa", &policy, NULL), 0);
    assert_true(!policy.allows_p256 && policy.allows_rsa);
}

static int judge_key(const struct signer_policy *policy, const char *algorithm)
{
    struct certificate_request request = {.common_name = "84f3eb000001"};
    struct signer_policy_life life = {.now_ms = NOW_MS, .ca_not_after_ms = NOW_MS + 9999 * DAY_MS};
    int days = 0;

    snprintf(request.key.algorithm, sizeof request.key.algorithm, "%s", algorithm);
    return signer_policy_judge(policy, &request, &life, &days, NULL);
}

static void keys_are_of_a_kind(void **state)
{
    struct signer_policy policy = {.days = 1, .per_hour = 1};

    (void)state;
    assert_int_equal(judge_key(&policy, "P-256"), ERR_DENIED);
    assert_int_equal(judge_key(&policy, "RSA-2048"), ERR_DENIED);
    policy.allows_p256 = true;
    assert_int_equal(judge_key(&policy, "P-256"), 0);
    assert_int_equal(judge_key(&policy, "RSA-2048"), ERR_DENIED);
    policy = (struct signer_policy){.days = 1, .per_hour = 1, .allows_rsa = true};
    assert_int_equal(judge_key(&policy, "P-256"), ERR_DENIED);
    assert_int_equal(judge_key(&policy, "RSA-2048"), 0);
    assert_int_equal(judge_key(&policy, "RSA-4096"), 0);
    assert_int_equal(judge_key(&everything, "P-384"), ERR_DENIED);
    assert_int_equal(judge_key(&everything, ""), ERR_DENIED);
}

static const struct {
    int wanted;
    int64_t ca_ms; // it has left
    int rc;
    int days;
} lives[] = {
    {0, 9999 * DAY_MS, 0, 825},
    {1, 9999 * DAY_MS, 0, 1},
    {825, 9999 * DAY_MS, 0, 825},
    {826, 9999 * DAY_MS, ERR_DENIED, -1},
    {3650, 9999 * DAY_MS, ERR_DENIED, -1},
    {-1, 9999 * DAY_MS, ERR_DENIED, -1},
    {0, 100 * DAY_MS, 0, 100},
    {0, 100 * DAY_MS - 1, 0, 99},
    {100, 100 * DAY_MS, 0, 100},
    {101, 100 * DAY_MS, ERR_DENIED, -1},
    {0, DAY_MS, 0, 1},
    {0, DAY_MS - 1, ERR_EXPIRED, -1},
    {1, DAY_MS - 1, ERR_EXPIRED, -1},
    {0, -DAY_MS, ERR_EXPIRED, -1},
};

static void a_life_has_an_end(void **state)
{
    struct certificate_request request = {
        .common_name = "84f3eb000001", .key = {.algorithm = "P-256"}};

    (void)state;
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++) {
        struct signer_policy_life life = {.wanted_days = lives[i].wanted,
            .now_ms = NOW_MS,
            .ca_not_after_ms = NOW_MS + lives[i].ca_ms};
        int days = -1;
        int rc = signer_policy_judge(&everything, &request, &life, &days, NULL);

        if (rc != lives[i].rc || days != lives[i].days)
            fail_msg("life %zu: %d, %d days", i, rc, days);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_a_mac),
        cmocka_unit_test(macs_may_be_listed),
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(keys_are_of_a_kind),
        cmocka_unit_test(a_life_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
