// Certificates that were found good are remembered by the bytes that were shown, for their time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/judged.h"

#define ONE "11111111aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TWO "22222222aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SAME_PLACE "11111111bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct judged *judged;

static int set_up(void **state)
{
    (void)state;
    return judged_new(&judged);
}

static int tear_down(void **state)
{
    (void)state;
    judged_free(judged);
    judged_free(NULL);
    return 0;
}

static void keep(const char *fingerprint, const char *name)
{
    struct certificate_facts facts = {.not_before_ms = 10000, .not_after_ms = 20000};

    snprintf(facts.common_name, sizeof facts.common_name, "%s", name);
    judged_keep(judged, fingerprint, &facts);
}

static void assert_kept(const char *fingerprint, const char *name)
{
    const struct certificate_facts *facts = judged_find(judged, fingerprint, 15000);

    assert_non_null(facts);
    assert_string_equal(facts->common_name, name);
}

static void test_by_its_bytes(void **state)
{
    (void)state;
    assert_null(judged_find(judged, ONE, 15000));
    keep(ONE, "one");
    keep(TWO, "two");
    assert_kept(ONE, "one");
    assert_kept(TWO, "two");
    assert_null(judged_find(judged, SAME_PLACE, 15000));
    keep(SAME_PLACE, "three");
    assert_null(judged_find(judged, ONE, 15000));
    assert_kept(SAME_PLACE, "three");
    judged_forget(judged);
    assert_null(judged_find(judged, SAME_PLACE, 15000));
    assert_null(judged_find(judged, TWO, 15000));
}

static void test_in_its_time(void **state)
{
    (void)state;
    keep(ONE, "one");
    assert_null(judged_find(judged, ONE, 9999));
    assert_non_null(judged_find(judged, ONE, 10000));
    assert_non_null(judged_find(judged, ONE, 19999));
    assert_null(judged_find(judged, ONE, 20000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_by_its_bytes),
        TEST(test_in_its_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
