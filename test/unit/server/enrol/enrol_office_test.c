// What operators decide of enrolments, and what they are kept from.
#include "server/enrol/enrol_office.h"
#include "server/pki/digest.h"
#include "test/unit/server/enrol/enrol_fixture.h"

static const struct audit_author office = {.who = "uid 3"};

static struct enrol_office_entry entry(const char *mac)
{
    struct enrol_office_entry it = {.is_new = false};

    snprintf(it.mac, sizeof it.mac, "%s", mac);
    return it;
}

static int add_one(struct fixture *f, const char *mac, bool with_code, char *code)
{
    struct enrol_office_entry it = entry(mac);
    int rc = enrol_office_add(f->store, &it, 1, with_code, &office, NULL);

    if (code != NULL)
        memcpy(code, it.code, sizeof it.code);
    return rc < 0 ? rc : it.is_new;
}

static void test_add(void **state)
{
    struct fixture *f = *state;
    struct enrol_office_entry entries[] = {entry(MAC_1), entry(MAC_2)};

    assert_int_equal(enrol_office_add(f->store, entries, 2, false, &office, NULL), 0);
    assert_true(entries[0].is_new && entries[1].is_new);
    assert_string_equal(entries[0].code, "");
    assert_int_equal(row_of(f, MAC_1).state, ENROLMENT_LISTED);
    assert_string_equal(row_of(f, MAC_1).decided_by, "uid 3");
    assert_true(row_of(f, MAC_1).decided_at_ms > 0);
    assert_int_equal(add_one(f, MAC_1, false, NULL), 0);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
}

// Each has its own, and it is stored as a digest.
static void test_codes(void **state)
{
    struct fixture *f = *state;
    char one[ENROL_OFFICE_CODE_SIZE], other[ENROL_OFFICE_CODE_SIZE];
    char digest[DIGEST_SHA256_TEXT_SIZE];

    assert_int_equal(add_one(f, MAC_1, true, one), 1);
    assert_int_equal(add_one(f, MAC_2, true, other), 1);
    assert_string_not_equal(one, other);
    assert_int_equal(strspn(one, "0123456789abcdefghjkmnpqrstvwxyz"), 10);
    digest_sha256((const uint8_t *)one, strlen(one), digest);
    assert_string_equal(row_of(f, MAC_1).code_sha256, digest);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_CODE);
    assert_int_equal(add_one(f, MAC_1, false, one), 0); // and none any more
    assert_string_equal(row_of(f, MAC_1).code_sha256, "");
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
}

// All or none.
static void test_add_refuses_who_is_known(void **state)
{
    struct fixture *f = *state;
    struct enrol_office_entry entries[] = {entry(MAC_1), entry(MAC_2)};
    struct enrol_judge it = ask_for(MAC_3, KEY_A);

    fixture_add_device(f, MAC_2);
    assert_int_equal(enrol_office_add(f->store, entries, 2, false, &office, NULL), ERR_CONFLICT);
    assert_string_equal(row_of(f, MAC_1).mac, "");
    add_row(f, MAC_3, ENROLMENT_APPROVED, KEY_A);
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_true(record_certificate(f, &it, 0x11));
    assert_int_equal(add_one(f, MAC_3, false, NULL), ERR_CONFLICT);
    assert_int_equal(row_of(f, MAC_3).state, ENROLMENT_ENROLLED);
}

static int approve(struct fixture *f, const char *mac, const char *key, struct enrolment *out)
{
    struct enrol_office_approval it = {mac, key, false, &office};

    return enrol_office_approve(f->store, &it, out, NULL);
}

static int approve_any(struct fixture *f, const char *mac, struct enrolment *out)
{
    struct enrol_office_approval it = {mac, NULL, true, &office};

    return enrol_office_approve(f->store, &it, out, NULL);
}

static void test_approve(void **state)
{
    struct fixture *f = *state;
    struct enrolment row;

    // who waits, with the key that it waits with
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_WAIT);
    assert_int_equal(approve(f, MAC_1, NULL, &row), 0);
    assert_string_equal(row.key_sha256, KEY_A);
    // twice, as when the first answer was lost
    usleep(2000);
    assert_int_equal(approve(f, MAC_1, NULL, &row), 0);
    assert_string_equal(row.key_sha256, KEY_A);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_OTHER_KEY);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
    // who never asked: whoever comes first, if that is said
    assert_int_equal(approve(f, MAC_2, NULL, &row), ERR_CONFLICT);
    assert_string_equal(row_of(f, MAC_2).mac, "");
    assert_int_equal(approve_any(f, MAC_2, &row), 0);
    assert_string_equal(row.key_sha256, "");
    assert_string_equal(row.mac, MAC_2);
    assert_int_equal(judge_one(f, MAC_2, KEY_B), ENROL_SIGN);
    // who was approved for one key and comes with another
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_OTHER_KEY);
    assert_int_equal(approve(f, MAC_2, NULL, &row), ERR_CONFLICT); // which of them?
    assert_int_equal(judge_one(f, MAC_2, KEY_B), ENROL_SIGN);
    assert_int_equal(approve(f, MAC_2, KEY_A, &row), 0);
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_SIGN);
    assert_int_equal(judge_one(f, MAC_2, KEY_B), ENROL_OTHER_KEY);
}

#define WHOLE_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define WHOLE_B "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
#define PREFIX_A "aaaaaaaaaaaaaaaa"
#define PREFIX_C "cccccccccccccccc"

// The key that the operator saw, and no other one.
static void test_approve_a_key(void **state)
{
    struct fixture *f = *state;
    struct enrolment row;

    // one that waits
    assert_int_equal(judge_one(f, MAC_1, WHOLE_A), ENROL_WAIT);
    assert_int_equal(approve(f, MAC_1, WHOLE_B, &row), ERR_CONFLICT);
    assert_int_equal(approve(f, MAC_1, PREFIX_C, &row), ERR_CONFLICT);
    assert_int_equal(row_of(f, MAC_1).state, ENROLMENT_PENDING);
    assert_string_equal(row_of(f, MAC_1).key_sha256, WHOLE_A);
    assert_string_equal(row_of(f, MAC_1).decided_by, "");
    assert_int_equal(approve(f, MAC_1, PREFIX_A, &row), 0);
    assert_string_equal(row.key_sha256, WHOLE_A);
    assert_int_equal(judge_one(f, MAC_1, WHOLE_B), ENROL_OTHER_KEY);
    assert_int_equal(judge_one(f, MAC_1, WHOLE_A), ENROL_SIGN);
    // none that waits: a beginning is of nothing that is known
    assert_int_equal(approve(f, MAC_2, PREFIX_A, &row), ERR_INVALID);
    assert_string_equal(row_of(f, MAC_2).mac, "");
    assert_int_equal(approve(f, MAC_2, WHOLE_B, &row), 0);
    assert_string_equal(row.key_sha256, WHOLE_B);
    assert_int_equal(judge_one(f, MAC_2, WHOLE_A), ENROL_OTHER_KEY);
    assert_int_equal(judge_one(f, MAC_2, WHOLE_B), ENROL_SIGN);
    // one that waits beside another that was refused: the other is not let in by its name
    assert_int_equal(judge_one(f, MAC_3, WHOLE_A), ENROL_WAIT);
    assert_int_equal(judge_one(f, MAC_3, KEY_B), ENROL_OTHER_KEY);
    assert_string_equal(row_of(f, MAC_3).alarm_key_sha256, KEY_B);
    assert_int_equal(approve(f, MAC_3, KEY_B, &row), ERR_CONFLICT);
    assert_int_equal(approve_any(f, MAC_3, &row), 0);
    assert_int_equal(judge_one(f, MAC_3, KEY_B), ENROL_SIGN);
}

// A device that has one, and asks for another.
static void test_approve_after_an_alarm(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_1, KEY_A);
    struct enrolment row;

    add_row(f, MAC_1, ENROLMENT_APPROVED, KEY_A);
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_true(record_certificate(f, &it, 0x11));
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_ALARM);
    assert_int_equal(approve(f, MAC_1, NULL, &row), ERR_CONFLICT);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_ALARM);
    assert_int_equal(approve(f, MAC_1, "b", &row), 0); // the one that was refused
    assert_string_equal(row.key_sha256, KEY_B);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_SIGN);
    change(f, revocation_change_revoke, MAC_1, REVOCATION_REASON_USUAL);
    assert_int_equal(approve(f, MAC_1, NULL, &row), ERR_CONFLICT);
    assert_int_equal(approve_any(f, MAC_1, &row), ERR_CONFLICT);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_REVOKED);
}

static void test_reject_and_remove(void **state)
{
    struct fixture *f = *state;
    struct enrol_judge it = ask_for(MAC_2, KEY_A);
    struct enrolment row;

    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_WAIT);
    assert_int_equal(enrol_office_reject(f->store, MAC_1, &office, &row, NULL), 0);
    assert_int_equal(row.state, ENROLMENT_REJECTED);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_REJECTED);
    assert_int_equal(enrol_office_remove(f->store, MAC_1, &office, NULL), 0);
    assert_int_equal(judge_one(f, MAC_1, KEY_B), ENROL_WAIT);
    assert_int_equal(enrol_office_remove(f->store, MAC_3, &office, NULL), ERR_NOT_FOUND);
    add_row(f, MAC_2, ENROLMENT_APPROVED, KEY_A);
    assert_int_equal(judge(f, &it), ENROL_SIGN);
    assert_true(record_certificate(f, &it, 0x11));
    assert_int_equal(enrol_office_reject(f->store, MAC_2, &office, &row, NULL), ERR_CONFLICT);
    assert_int_equal(row_of(f, MAC_2).state, ENROLMENT_ENROLLED);
}

static void test_window(void **state)
{
    struct fixture *f = *state;
    struct enrolment_window window;

    struct enrol_office_window wanted = {60000, 5};

    assert_int_equal(enrol_office_open(f->store, &wanted, &office, &window, NULL), 0);
    assert_true(window.until_ms > clock_now_ms());
    assert_int_equal(window.at_most, 5);
    assert_int_equal(judge_one(f, MAC_1, KEY_A), ENROL_SIGN);
    assert_int_equal(fixture_query(f, "SELECT let_in FROM enrolment_window"), 1);
    assert_int_equal(enrol_office_open(f->store, &wanted, &office, &window, NULL), 0);
    assert_int_equal(window.let_in, 0);
    wanted.for_ms = 0;
    assert_int_equal(enrol_office_open(f->store, &wanted, &office, &window, NULL), 0);
    assert_int_equal(window.until_ms, 0);
    assert_int_equal(judge_one(f, MAC_2, KEY_A), ENROL_WAIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_add),
        TEST(test_codes),
        TEST(test_add_refuses_who_is_known),
        TEST(test_approve),
        TEST(test_approve_a_key),
        TEST(test_approve_after_an_alarm),
        TEST(test_reject_and_remove),
        TEST(test_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
