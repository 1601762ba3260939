// Who gets a certificate: a row for each branch, and for what goes before what.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/enrol/enrol_decide.h"

#define K "aaaa"
#define OTHER "bbbb"
#define CODE "cccc"

static const struct enrolment listed = {.state = ENROLMENT_LISTED},
                              with_code = {.state = ENROLMENT_LISTED, .code_sha256 = CODE},
                              almost_spent = {.state = ENROLMENT_LISTED,
                                  .code_sha256 = CODE,
                                  .code_tries = ENROLMENT_CODE_TRIES_MAX - 1},
                              spent = {.state = ENROLMENT_LISTED,
                                  .code_sha256 = CODE,
                                  .code_tries = ENROLMENT_CODE_TRIES_MAX},
                              pending = {.state = ENROLMENT_PENDING, .key_sha256 = K},
                              approved = {.state = ENROLMENT_APPROVED, .decided_by = "uid 7"},
                              approved_key = {.state = ENROLMENT_APPROVED,
                                  .key_sha256 = K,
                                  .decided_by = "list"},
                              by_window = {.state = ENROLMENT_APPROVED,
                                  .key_sha256 = K,
                                  .decided_by = "window"},
                              rejected = {.state = ENROLMENT_REJECTED, .key_sha256 = K},
                              enrolled = {.state = ENROLMENT_ENROLLED, .key_sha256 = K};

#define LISTED .policy = ENROL_POLICY_LISTED
#define APPROVE .policy = ENROL_POLICY_APPROVE

static const struct {
    struct enrol_case it; // without key and code: K, ""
    enum enrol_verdict verdict;
    const char *by;
} rows[] = {
    // nothing is known
    {{LISTED}, ENROL_UNLISTED, ""},
    {{APPROVE}, ENROL_WAIT, ""},
    {{LISTED, .is_open = true}, ENROL_SIGN, "window"},
    {{APPROVE, .is_open = true}, ENROL_SIGN, "window"},
    // it is registered
    {{LISTED, .row = &listed}, ENROL_SIGN, "list"},
    {{APPROVE, .row = &listed}, ENROL_SIGN, "list"},
    {{LISTED, .row = &listed, .key_sha256 = OTHER}, ENROL_SIGN, "list"},
    {{LISTED, .row = &with_code}, ENROL_CODE, ""},
    {{LISTED, .row = &with_code, .is_open = true}, ENROL_CODE, ""},
    {{LISTED, .row = &with_code, .code_sha256 = "cccd"}, ENROL_CODE, ""},
    {{LISTED, .row = &with_code, .code_sha256 = "ccc"}, ENROL_CODE, ""},
    {{LISTED, .row = &with_code, .code_sha256 = CODE}, ENROL_SIGN, "code"},
    {{LISTED, .row = &almost_spent, .code_sha256 = CODE}, ENROL_SIGN, "code"},
    {{LISTED, .row = &spent, .code_sha256 = CODE}, ENROL_CODE, ""},
    // it waits
    {{APPROVE, .row = &pending}, ENROL_WAIT, ""},
    {{LISTED, .row = &pending}, ENROL_WAIT, ""},
    {{APPROVE, .row = &pending, .key_sha256 = OTHER}, ENROL_OTHER_KEY, ""},
    {{APPROVE, .row = &pending, .key_sha256 = OTHER, .is_open = true}, ENROL_SIGN, "window"},
    // an operator, or something else, decided
    {{LISTED, .row = &approved}, ENROL_SIGN, "uid 7"},
    {{LISTED, .row = &approved_key}, ENROL_SIGN, "list"},
    {{LISTED, .row = &approved_key, .key_sha256 = OTHER}, ENROL_OTHER_KEY, ""},
    {{LISTED, .row = &approved_key, .key_sha256 = OTHER, .is_open = true}, ENROL_OTHER_KEY, ""},
    {{LISTED, .row = &approved, .has_good = true}, ENROL_SIGN, "uid 7"},
    {{LISTED, .row = &approved, .has_reported = true}, ENROL_SIGN, "uid 7"},
    // the window, while it is open
    {{LISTED, .row = &by_window, .is_open = true}, ENROL_SIGN, "window"},
    {{LISTED, .row = &by_window, .is_open = true, .key_sha256 = OTHER}, ENROL_OTHER_KEY, ""},
    {{LISTED, .row = &by_window, .is_open = true, .has_reported = true}, ENROL_ALARM, ""},
    {{LISTED, .row = &by_window, .is_open = true, .has_good = true}, ENROL_ALARM, ""},
    {{LISTED, .row = &by_window}, ENROL_UNLISTED, ""},
    {{LISTED, .row = &by_window, .is_let_in = true}, ENROL_SIGN, "window"},
    {{LISTED, .row = &by_window, .is_let_in = true, .key_sha256 = OTHER}, ENROL_OTHER_KEY, ""},
    {{LISTED, .row = &by_window, .is_let_in = true, .has_good = true}, ENROL_ALARM, ""},
    {{APPROVE, .row = &by_window}, ENROL_WAIT, ""},
    {{APPROVE, .row = &rejected}, ENROL_REJECTED, ""},
    {{LISTED, .row = &rejected, .is_open = true}, ENROL_REJECTED, ""},
    {{LISTED, .row = &rejected, .is_readmitted = true}, ENROL_REJECTED, ""},
    // it has one
    {{LISTED, .row = &enrolled, .certificate_is_good = true, .has_good = true}, ENROL_REPEAT, ""},
    {{LISTED, .row = &enrolled, .certificate_is_good = true, .has_good = true, .key_sha256 = OTHER},
        ENROL_ALARM, ""},
    {{LISTED, .row = &enrolled, .certificate_is_good = true, .has_good = true, .key_sha256 = OTHER,
         .is_open = true},
        ENROL_ALARM, ""},
    {{LISTED, .row = &enrolled, .has_good = true}, ENROL_ALARM, ""},
    {{LISTED, .has_good = true}, ENROL_ALARM, ""},
    {{APPROVE, .has_good = true, .is_open = true}, ENROL_ALARM, ""},
    {{LISTED, .row = &listed, .has_good = true}, ENROL_ALARM, ""},
    {{LISTED, .row = &pending, .has_good = true}, ENROL_ALARM, ""},
    // it had one, which ended
    {{LISTED, .row = &enrolled}, ENROL_UNLISTED, ""},
    {{APPROVE, .row = &enrolled}, ENROL_WAIT, ""},
    {{APPROVE, .row = &enrolled, .has_reported = true}, ENROL_ALARM, ""},
    // it is known otherwise
    {{LISTED, .has_reported = true}, ENROL_ALARM, ""},
    {{LISTED, .row = &listed, .has_reported = true}, ENROL_ALARM, ""},
    // it was revoked
    {{LISTED, .is_revoked = true}, ENROL_REVOKED, ""},
    {{LISTED, .row = &approved, .is_revoked = true}, ENROL_REVOKED, ""},
    {{LISTED, .row = &listed, .is_revoked = true, .is_open = true}, ENROL_REVOKED, ""},
    {{LISTED, .row = &enrolled, .is_revoked = true, .certificate_is_good = true}, ENROL_REVOKED,
        ""},
    {{LISTED, .is_readmitted = true}, ENROL_SIGN, "readmission"},
    {{LISTED, .is_readmitted = true, .has_reported = true}, ENROL_SIGN, "readmission"},
    {{LISTED, .row = &enrolled, .is_readmitted = true, .has_reported = true}, ENROL_SIGN,
        "readmission"},
    {{LISTED, .row = &enrolled, .is_readmitted = true, .has_good = true, .key_sha256 = OTHER},
        ENROL_ALARM, ""},
    {{LISTED, .row = &with_code, .is_readmitted = true}, ENROL_CODE, ""},
};

static struct enrol_case fill(struct enrol_case it)
{
    if (it.key_sha256 == NULL)
        it.key_sha256 = K;
    if (it.code_sha256 == NULL)
        it.code_sha256 = "";
    return it;
}

static void test_enrolment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct enrol_case it = fill(rows[i].it);
        struct enrol_ruling ruling = enrol_decide(&it);

        if (ruling.verdict != rows[i].verdict || strcmp(ruling.by, rows[i].by) != 0)
            fail_msg("row %zu: %d by \"%s\"", i, (int)ruling.verdict, ruling.by);
    }
}

static void test_renewal(void **state)
{
    static const struct {
        struct enrol_case it;
        bool has_last;
        enum enrol_verdict verdict;
    } renewals[] = {
        {{.row = NULL}, false, ENROL_SIGN},
        {{.row = &enrolled, .certificate_is_good = true, .has_good = true}, false, ENROL_REPEAT},
        {{.row = &enrolled, .certificate_is_good = true, .has_good = true}, true, ENROL_SIGN},
        {{.row = &enrolled, .certificate_is_good = false, .has_good = true}, false, ENROL_SIGN},
        {{.row = &enrolled, .certificate_is_good = true, .key_sha256 = OTHER}, false, ENROL_SIGN},
        {{.row = &listed}, false, ENROL_SIGN},
        {{.row = &enrolled, .is_late = true}, true, ENROL_SIGN},
        {{.row = &enrolled, .is_late = true, .has_good = true, .key_sha256 = OTHER}, false,
            ENROL_ALARM},
        {{.row = &enrolled, .is_late = true, .has_good = true, .certificate_is_good = true}, false,
            ENROL_REPEAT},
        {{.row = &enrolled, .is_late = true, .is_revoked = true}, false, ENROL_REVOKED},
        {{.row = &rejected, .is_late = true}, false, ENROL_REJECTED},
        {{.row = &rejected, .has_good = true}, false, ENROL_REJECTED},
        {{.row = &enrolled, .is_revoked = true, .certificate_is_good = true}, false, ENROL_REVOKED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof renewals / sizeof renewals[0]; i++) {
        struct enrol_case it = fill(renewals[i].it);

        struct enrol_ruling ruling = enrol_decide_renewal(&it, renewals[i].has_last);

        if (ruling.verdict != renewals[i].verdict)
            fail_msg("row %zu", i);
        if (ruling.verdict == ENROL_SIGN)
            assert_string_equal(ruling.by, it.is_late ? "late renewal" : "renewal");
    }
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < ENROL_VERDICT_COUNT; i++)
        assert_true(enrol_decide_words((enum enrol_verdict)i)[0] != '\0');
    assert_string_equal(enrol_decide_words(ENROL_VERDICT_COUNT), "");
    assert_string_equal(enrol_decide_policy_name(ENROL_POLICY_LISTED), "listed");
    assert_string_equal(enrol_decide_policy_name(ENROL_POLICY_APPROVE), "approve");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enrolment),
        cmocka_unit_test(test_renewal),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
