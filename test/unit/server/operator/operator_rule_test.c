// Until when what somebody shows is good, what names and passwords may be, and whose page asks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/operator/operator_name.h"
#include "server/operator/operator_origin.h"
#include "server/operator/operator_rule.h"

#define NOW INT64_C(1000000000000)
#define IDLE 1800000
#define ABSOLUTE 43200000

static void a_session_ends_idle_and_in_any_case(void **state)
{
    static const struct {
        int64_t created, used; // before now
        enum role role;
        bool good;
    } rows[] = {
        {0, 0, ROLE_VIEWER, true},
        {IDLE, IDLE - 1, ROLE_VIEWER, true},
        {IDLE, IDLE, ROLE_VIEWER, false},
        {ABSOLUTE - 1, 0, ROLE_ADMINISTRATOR, true},
        {ABSOLUTE, 0, ROLE_ADMINISTRATOR, false},
        {0, 0, ROLE_ANYBODY, false},
        {-60000, -60000, ROLE_VIEWER, true},
        {-60001, 0, ROLE_VIEWER, false},
        {0, -60001, ROLE_VIEWER, false},
    };
    struct operator_rule_limits limits = {IDLE, ABSOLUTE};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct user_session session = {.role = rows[i].role,
            .created_at_ms = NOW - rows[i].created,
            .used_at_ms = NOW - rows[i].used};

        if (operator_rule_has_session(&session, &limits, NOW) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

static void use_is_noted_now_and_then(void **state)
{
    (void)state;
    assert_false(operator_rule_is_touch_due(NOW, NOW));
    assert_false(operator_rule_is_touch_due(NOW - OPERATOR_RULE_TOUCH_MS + 1, NOW));
    assert_true(operator_rule_is_touch_due(NOW - OPERATOR_RULE_TOUCH_MS, NOW));
    assert_true(operator_rule_is_touch_due(0, NOW));
    assert_true(operator_rule_is_touch_due(NOW + 60001, NOW));
}

static void a_token_ends_in_time_and_with_its_users_role(void **state)
{
    static const struct {
        enum role role, user_role;
        int64_t left;
        bool good;
    } rows[] = {
        {ROLE_VIEWER, ROLE_VIEWER, 1, true},
        {ROLE_VIEWER, ROLE_VIEWER, 0, false},
        {ROLE_OPERATOR, ROLE_ADMINISTRATOR, 1, true},
        {ROLE_OPERATOR, ROLE_VIEWER, 1, false},
        {ROLE_VIEWER, ROLE_ANYBODY, 1, false},
        {ROLE_ANYBODY, ROLE_ADMINISTRATOR, 1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct user_token token = {
            .role = rows[i].role, .user_role = rows[i].user_role, .ends_at_ms = NOW + rows[i].left};

        if (operator_rule_has_token(&token, NOW) != rows[i].good)
            fail_msg("row %zu", i);
    }
}

static void names_are_plain(void **state)
{
    static const char *const good[] = {
        "a", "anna", "anna.b-c_9", "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const bad[] = {"", "Anna", "9a", ".", "..", "-a", "a b", "a/b", "\xC3\xA4",
        "abcdefghijklmnopqrstuvwxyz0123456", "a4f3eb012345", "a'--"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(operator_name_check(good[i], NULL), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(operator_name_check(bad[i], NULL), ERR_INVALID);
}

static void passwords_are_long(void **state)
{
    char text[130];

    (void)state;
    memset(text, 'x', sizeof text);
    text[129] = '\0';
    assert_int_equal(operator_name_check_password("anna", text, NULL), ERR_INVALID);
    text[128] = '\0';
    assert_int_equal(operator_name_check_password("anna", text, NULL), 0);
    text[10] = '\0';
    assert_int_equal(operator_name_check_password("anna", text, NULL), 0);
    assert_int_equal(operator_name_check_password(text, text, NULL), ERR_INVALID);
    text[9] = '\0';
    assert_int_equal(operator_name_check_password("anna", text, NULL), ERR_INVALID);
    assert_int_equal(operator_name_check_password("a", "with\ttabulator", NULL), ERR_INVALID);
    assert_int_equal(operator_name_check_password("a",
                         "with\x7F"
                         "delete",
                         NULL),
        ERR_INVALID);
    assert_int_equal(operator_name_check_password("a", "no UTF-8 \xFF\xFF", NULL), ERR_INVALID);
    assert_int_equal(operator_name_check_password("a",
                         "gr\xC3\xBC\xC3\x9F"
                         "e an alle",
                         NULL),
        0);
}

static void a_page_of_ones_own_says_so(void **state)
{
    static const struct {
        struct operator_origin from;
        bool must, may; // be taken if it must say something, and if not
    } rows[] = {
        {{NULL, NULL, "h:1"}, false, true},
        {{"same-origin", NULL, "h:1"}, true, true},
        {{"same-site", NULL, "h:1"}, false, false},
        {{"cross-site", NULL, "h:1"}, false, false},
        {{"none", NULL, "h:1"}, false, false},
        {{"", NULL, "h:1"}, false, false},
        {{NULL, "https://h:1", "h:1"}, true, true},
        {{NULL, "https://H:1", "h:1"}, true, true},
        {{NULL, "https://h:2", "h:1"}, false, false},
        {{NULL, "http://h:1", "h:1"}, false, false},
        {{NULL, "null", "h:1"}, false, false},
        {{NULL, "https://", ""}, false, false},
        {{NULL, "https://h:1", NULL}, false, false},
        {{"same-origin", "https://evil", "h:1"}, false, false},
        {{"cross-site", "https://h:1", "h:1"}, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (operator_origin_is_own(&rows[i].from, true) != rows[i].must ||
            operator_origin_is_own(&rows[i].from, false) != rows[i].may)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_ends_idle_and_in_any_case),
        cmocka_unit_test(use_is_noted_now_and_then),
        cmocka_unit_test(a_token_ends_in_time_and_with_its_users_role),
        cmocka_unit_test(names_are_plain),
        cmocka_unit_test(passwords_are_long),
        cmocka_unit_test(a_page_of_ones_own_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
