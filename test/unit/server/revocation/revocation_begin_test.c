// What a start makes of the list and the database that it finds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/file.h"
#include "test/unit/server/revocation/revocation_fixture.h"

static void put_list(struct world *w, const char *text)
{
    assert_int_equal(file_replace(w->list, (const uint8_t *)text, strlen(text), 0644, NULL), 0);
}

static void put_entries(struct world *w, int number, const char *entries, int count)
{
    char text[512];

    snprintf(text, sizeof text, "secureesp-revocations 1\nnumber %d\n%send %d\n", number, entries,
        count);
    put_list(w, text);
}

// NULL: nothing is told.
static void assert_note(struct world *w, const char *text)
{
    struct revocation_state now;

    revocation_read(w->revocation, &now);
    if (text == NULL)
        assert_string_equal(now.start_note, "");
    else if (strstr(now.start_note, text) == NULL)
        fail_msg("%s", now.start_note);
}

// A database that was put back from an older copy: who was revoked since stays out.
static void test_who_was_revoked_since_the_copy(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_3, &out, NULL), 0);
    end(w);
    put_entries(w, 41, "serial 0a\ndevice " MAC_1 " all\n", 2);
    begin(w);
    assert_true(device_auth_is_revoked(w->auth, MAC_1));
    assert_true(device_auth_is_revoked(w->auth, MAC_3));
    assert_true(
        list_has(w, "number 42\nserial 0a\ndevice " MAC_1 " all\ndevice " MAC_3 " all\nend 3\n"));
    assert_note(w, "newer than the database (41, not 1)");
    assert_int_equal(fixture_query(w->f,
                         "SELECT count(*) FROM audit WHERE verb = 'adopt' AND kind = 'revocations'"
                         " AND who = 'daemon' AND after_json LIKE '{\"number\":42,%' AND"
                         " after_json LIKE '%" MAC_1 "%'"),
        1);
    assert_note(w, "Entries taken from the list: 2");
    assert_note(w, "1 revoked devices that it did not name stay revoked");
    assert_int_equal(fixture_query(w->f, "SELECT count(*) FROM device_revocations"), 2);

    end(w); // and it is told of this start alone
    begin(w);
    assert_note(w, NULL);
    assert_true(list_has(w, "number 42\n"));
    assert_int_equal(shut_out(w, MAC_2, &out, NULL), 0);
    assert_int_equal(out.number, 43);
}

// One that the database has overtaken: it was stopped between the two.
static void test_an_older_list_counts_for_nothing(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    assert_int_equal(revocation_readmit_device(w->revocation, NULL, MAC_1, &out, NULL), 0);
    end(w);
    put_entries(w, 1, "serial 0a\ndevice " MAC_1 " all\n", 2);
    begin(w);
    assert_false(device_auth_is_revoked(w->auth, MAC_1));
    assert_true(list_has(w, "number 2\ndevice " MAC_1 " before "));
    assert_note(w, NULL);
}

// A branch of its own: two copies were put back, one after the other.
static void test_another_list_of_the_same_number(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    end(w);
    put_entries(w, 1, "device " MAC_2 " all\n", 1);
    begin(w);
    assert_true(list_has(w, "number 2\ndevice " MAC_1 " all\ndevice " MAC_2 " all\nend 2\n"));
    assert_note(w, "another than that in the database (1, not 1)");

    end(w); // one that names less
    put_entries(w, 2, "device " MAC_2 " all\n", 1);
    begin(w);
    assert_true(list_has(w, "number 2\ndevice " MAC_1 " all\ndevice " MAC_2 " all\nend 2\n"));
    assert_note(w, NULL);
}

static void test_a_missing_list(void **state)
{
    struct world *w = *state;
    struct revocation_outcome out;

    assert_note(w, NULL); // at the first start
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    end(w);
    assert_int_equal(unlink(w->list), 0);
    begin(w);
    assert_note(w, "was missing");
    assert_note(w, "let in again");
    assert_true(list_has(w, "number 1\ndevice " MAC_1 " all\n"));
}

// Of one that is damaged nobody is taken, but its number is gone on from.
static void test_a_damaged_list(void **state)
{
    static const struct {
        const char *text, *note, *list;
    } rows[] = {
        {"secureesp-revocations 1\nnumber 41\ndevice " MAC_2 " all\nend 7\n",
            "newer than the database (41, not 1) and damaged (line 4", "number 42\n"},
        {"secureesp-revocations 1\nnumber 42\n", NULL, "number 42\n"},
        {"secureesp-revocations 1\nnumber 3\n", NULL, "number 42\n"},
        {"", "does not show whether the database is older", "number 42\n"},
    };
    struct world *w = *state;
    struct revocation_outcome out;
    char kept[SCRATCH_PATH_SIZE];

    scratch_path(w->folder, "revoked.damaged", kept);
    assert_int_equal(shut_out(w, MAC_1, &out, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        end(w);
        put_list(w, rows[i].text);
        begin(w);
        assert_note(w, rows[i].note);
        assert_true(list_has(w, rows[i].list));
        assert_true(list_has(w, "device " MAC_1 " all\nend 1\n"));
        assert_int_equal(scratch_mode(kept) >= 0, 1);
    }
    assert_int_equal(
        fixture_query(w->f, "SELECT count(*) FROM audit WHERE verb = 'renumber' AND who = 'daemon'"
                            " AND after_json = '{\"number\":42}'"),
        1);
}

// It cannot be recorded: nobody is let in.
static void test_a_database_that_cannot_be_written(void **state)
{
    struct world *w = *state;
    struct revocation_settings settings = {
        .store = w->f->store, .auth = w->auth, .folder = w->folder};
    struct err err = {0};

    end(w);
    put_entries(w, 41, "device " MAC_1 " all\n", 1);
    fixture_query(w->f, "CREATE TRIGGER fails BEFORE INSERT ON device_revocations BEGIN"
                        " SELECT RAISE(ABORT, 'no'); END");
    assert_true(revocation_open(&settings, &w->revocation, &err) < 0);
    assert_non_null(strstr(err.message, "list of revoked clients"));
    assert_true(list_has(w, "number 41\ndevice " MAC_1 " all\n")); // as it was
    fixture_query(w->f, "DROP TRIGGER fails");
    begin(w);
    assert_true(device_auth_is_revoked(w->auth, MAC_1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_who_was_revoked_since_the_copy),
        TEST(test_an_older_list_counts_for_nothing),
        TEST(test_another_list_of_the_same_number),
        TEST(test_a_missing_list),
        TEST(test_a_damaged_list),
        TEST(test_a_database_that_cannot_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
