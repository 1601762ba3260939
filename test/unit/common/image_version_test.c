// Tests of the order of versions.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/image_name.h"
#include "common/image_version.h"

static void test_order(void **state)
{
    // Each is older than all that follow.
    static const char *const rows[] = {
        "0",
        "00.00.07",
        "00.00.08",
        "00.00.08.1",
        "00.00.08.2",
        "00.00.08.10",
        "00.00.08.a",
        "00.00.08.g",
        "00.00.08.h",
        "00.00.08.z",
        "00.00.08.aa",
        "00.00.08.ab",
        "00.00.09-1",
        "00.00.09-2.a",
        "00.00.09-10",
        "00.00.09-alpha",
        "00.00.09-alpha.1",
        "00.00.09-beta",
        "00.00.09-beta.2",
        "00.00.09-beta.11",
        "00.00.09-beta2",
        "v00.00.09-rc",
        "00.00.09-rc1",
        "00.00.09-RC1a",
        "00.00.09-rc2",
        "00.00.09-rc10",
        "00.00.09",
        "00.00.09.1-rc1",
        "00.00.09.1",
        "00.00.10",
        "00.01",
        "1",
        "2.a",
        "10",
        "a",
        "b",
        "aa",
    };
    size_t n = sizeof rows / sizeof rows[0];

    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int order = image_version_compare(rows[i], rows[j]);

            assert_int_equal(order < 0, i < j);
            assert_int_equal(order > 0, i > j);
        }
    }
    assert_int_equal(image_version_compare("00.08", "0.8"), 0);
    assert_int_equal(image_version_compare("v0.8", "0.8"), 0);
    assert_int_equal(image_version_compare("0.8-RC01", "v0.8-rc1"), 0);
    assert_true(image_version_compare("v", "v1") > 0); // a letter, and a number with its mark
    assert_true(image_version_compare("vb", "c") > 0); // no mark: two letters
}

// What people write, in the order that they expect; devices judge by the same rule.
static void test_pre_releases(void **state)
{
    static const char *const rows[] = {"01.01.09", "01.02.00-alpha", "01.02.00-alpha2",
        "01.02.00-b1", "01.02.00-b2", "01.02.00-b10", "01.02.00-beta", "01.02.00-beta.2",
        "01.02.00-beta.10", "01.02.00-rc1", "01.02.00-rc2", "01.02.00-rc10", "01.02.00",
        "01.02.00.a", "01.02.01-rc1", "01.02.01"};
    size_t n = sizeof rows / sizeof rows[0];

    (void)state;
    for (size_t i = 0; i + 1 < n; i++)
        assert_true(image_version_compare(rows[i], rows[i + 1]) < 0);
}

#define RANDOM_VERSIONS 300

static uint64_t seed;

static unsigned below(unsigned bound)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 32) % bound;
}

// Of few letters and digits, so that many are nearly alike.
static void make_version(char out[IMAGE_NAME_SIZE])
{
    static const char *const numbers[] = {"0", "1", "01", "2", "10", "v1"};
    static const char *const fields[] = {"0", "1", "01", "10", "a", "b", "aa", "rc"};
    static const char *const ends[] = {
        "-a", "-b1", "-rc", "-RC", "-rc1", "-rc01", "-rc10", "-rc.1", "-1", "-1a", "-a.b"};
    struct image_name name;
    char text[2 * IMAGE_NAME_SIZE];
    unsigned more;

    do {
        size_t n = (size_t)snprintf(text, sizeof text, "B-%s", numbers[below(6)]);

        for (more = below(3); more > 0; more--)
            n += (size_t)snprintf(text + n, sizeof text - n, ".%s", fields[below(8)]);
        if (below(2) == 0)
            snprintf(text + n, sizeof text - n, "%s", ends[below(11)]);
    } while (!image_name_parse(text, strlen(text), &name));
    memcpy(out, name.version, IMAGE_NAME_SIZE);
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

// Any two are in one order, and what is before what is before another is before that.
static void test_is_total_and_transitive(void **state)
{
    static char versions[RANDOM_VERSIONS][IMAGE_NAME_SIZE];
    static int orders[RANDOM_VERSIONS][RANDOM_VERSIONS];

    (void)state;
    seed = (uint64_t)time(NULL) | 1;
    printf("seed %llu\n", (unsigned long long)seed);
    for (size_t i = 0; i < RANDOM_VERSIONS; i++)
        make_version(versions[i]);
    for (size_t i = 0; i < RANDOM_VERSIONS; i++) {
        for (size_t j = 0; j < RANDOM_VERSIONS; j++)
            orders[i][j] = sign(image_version_compare(versions[i], versions[j]));
    }
    for (size_t i = 0; i < RANDOM_VERSIONS; i++) {
        assert_int_equal(orders[i][i], 0);
        for (size_t j = 0; j < RANDOM_VERSIONS; j++) {
            assert_int_equal(orders[i][j], -orders[j][i]);
            for (size_t k = 0; orders[i][j] <= 0 && k < RANDOM_VERSIONS; k++) {
                if (orders[j][k] <= 0 &&
                    orders[i][k] != (orders[i][j] < 0 || orders[j][k] < 0 ? -1 : 0))
                    fail_msg("%s %s %s", versions[i], versions[j], versions[k]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_pre_releases),
        cmocka_unit_test(test_is_total_and_transitive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
