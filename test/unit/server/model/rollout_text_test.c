// Terms of rollouts: what is read is written as it was, and what is none is refused.
#include "server/model/rollout_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void amounts(void **state)
{
    static const char *const good[] = {"1", "5", "10%", "100%", "10000000"};
    static const char *const bad[] = {
        "", "0", "0%", "%", "101%", "10000001", "123456789", "-1", "5 ", " 5", "5%%", "x", "5,"};
    struct rollout_amount amount;
    char text[ROLLOUT_TEXT_AMOUNT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(rollout_text_read_amount(good[i], &amount));
        rollout_text_write_amount(&amount, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (rollout_text_read_amount(bad[i], &amount))
            fail_msg("\"%s\" is taken", bad[i]);
    }
}

static void phases(void **state)
{
    static const char *const good[] = {
        "100%", "5,10%,50%,100%", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,100%"};
    static const char *const bad[] = {"", "5", "100", "5,", ",100%", "5,,100%", "5, 100%",
        "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,100%", "100%,5", "5;100%"};
    struct rollout_terms terms;
    char text[ROLLOUT_TEXT_PHASES_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(rollout_text_read_phases(good[i], &terms));
        rollout_text_write_phases(&terms, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (rollout_text_read_phases(bad[i], &terms))
            fail_msg("\"%s\" is taken", bad[i]);
    }
}

static void windows(void **state)
{
    static const struct {
        const char *text, *written;
    } good[] = {{"", ""}, {"22:00-05:00 Europe/Berlin", "22:00-05:00 Europe/Berlin"},
        {"0:00-23:59", "00:00-23:59 UTC"}, {"9:05-17:30 UTC", "09:05-17:30 UTC"}};
    static const char *const bad[] = {"22:00", "22:00-", "22-5", "24:00-05:00", "22:60-05:00",
        "22:00-05:00 ", "22:00-05:00Europe/Berlin", "22:00-22:00", "x", "22:00 05:00",
        "22:00-05:00 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct rollout_terms terms;
    char text[ROLLOUT_TEXT_WINDOW_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(rollout_text_read_window(good[i].text, &terms));
        rollout_text_write_window(&terms, text);
        assert_string_equal(text, good[i].written);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (rollout_text_read_window(bad[i], &terms))
            fail_msg("\"%s\" is taken", bad[i]);
    }
}

static void names(void **state)
{
    (void)state;
    assert_true(rollout_text_is_name("spring-2026_a.b"));
    assert_true(rollout_text_is_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_false(rollout_text_is_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_false(rollout_text_is_name(""));
    assert_false(rollout_text_is_name("a b"));
    assert_false(rollout_text_is_name("a/b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts),
        cmocka_unit_test(phases),
        cmocka_unit_test(windows),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
