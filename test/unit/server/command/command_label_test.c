// What an operator calls a device.
#include "test/unit/server/store/store_fixture.h"

#include <string.h>

#include "server/command/command_label.h"
#include "server/store/audit_store.h"

static const struct audit_author by = {.who = "uid 0"};

static int set(struct fixture *f, const char *name, const char *place, const char *note)
{
    struct command_label wish = {
        .mac = MAC_1, .name = name, .place = place, .note = note, .by = &by};
    struct device_label out;

    return command_label_set(f->store, &wish, &out, NULL);
}

static struct device_label get(struct fixture *f, const char *mac)
{
    struct store_connection *connection = fixture_read(f);
    struct device_label label;

    assert_int_equal(label_store_get(connection, mac, &label, NULL), 0);
    store_read_end(f->store, connection);
    return label;
}

static void expect(struct fixture *f, const char *name, const char *place, const char *note)
{
    struct device_label label = get(f, MAC_1);

    assert_string_equal(label.name, name);
    assert_string_equal(label.place, place);
    assert_string_equal(label.note, note);
}

static void test_what_is_given_is_set(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(set(f, "door", NULL, NULL), ERR_NOT_FOUND); // nobody knows it
    fixture_add_device(f, MAC_1);
    expect(f, "", "", "");
    assert_int_equal(set(f, "T\xc3\xbcr", NULL, "new board"), 0);
    expect(f, "T\xc3\xbcr", "", "new board");
    assert_int_equal(set(f, NULL, "cellar", ""), 0);
    expect(f, "T\xc3\xbcr", "cellar", "");
    assert_int_equal(set(f, NULL, NULL, NULL), 0);
    expect(f, "T\xc3\xbcr", "cellar", "");
    assert_int_equal(set(f, "", "", NULL), 0);
    expect(f, "", "", "");
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_labels"), 0);
}

static void fill(char *out, const char *character, size_t count)
{
    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        strcat(out, character);
}

// Characters count, not bytes; of a note bytes.
static void test_limits(void **state)
{
    static const char *const characters[] = {"a", "\xc3\xa9", "\xf0\x9f\x98\x80"};
    struct fixture *f = *state;
    char text[2048];

    fixture_add_device(f, MAC_1);
    for (size_t i = 0; i < 3; i++) {
        fill(text, characters[i], LABEL_STORE_NAME_MAX);
        assert_int_equal(set(f, text, text, NULL), 0);
        expect(f, text, text, "");
        fill(text, characters[i], LABEL_STORE_NAME_MAX + 1);
        assert_int_equal(set(f, text, NULL, NULL), ERR_INVALID);
        assert_int_equal(set(f, NULL, text, NULL), ERR_INVALID);
    }
    fill(text, "\"", LABEL_STORE_NOTE_MAX);
    assert_int_equal(set(f, "", "", text), 0);
    expect(f, "", "", text);
    fill(text, "a", LABEL_STORE_NOTE_MAX + 1);
    assert_int_equal(set(f, NULL, NULL, text), ERR_INVALID);
    fill(text, "\xc3\xa9", LABEL_STORE_NOTE_MAX / 2 + 1);
    assert_int_equal(set(f, NULL, NULL, text), ERR_INVALID);
}

// What a terminal or a reader of logs would obey is in no label.
static void test_characters(void **state)
{
    static const char *const bad[] = {"\n", "\r", "\t", "a\x1b[31m", "\x7f", "\xc2\x9b",
        "\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x80\xa8", "\xff", "a\xc3", "\xed\xa0\x80",
        "\xc0\x8a"};
    static const char *const good[] = {
        " ", "a b", "\"'\\<>&", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xe6\x97\xa5"};
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    assert_int_equal(set(f, "old", "old", "old"), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(set(f, bad[i], NULL, NULL), ERR_INVALID);
        assert_int_equal(set(f, NULL, bad[i], NULL), ERR_INVALID);
        assert_int_equal(set(f, "new", NULL, bad[i]), ERR_INVALID);
    }
    expect(f, "old", "old", "old");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(set(f, good[i], good[i], good[i]), 0);
        expect(f, good[i], good[i], good[i]);
    }
}

static int keep_row(const struct audit_row *row, void *ctx)
{
    *(struct audit_row *)ctx = *row;
    return 0;
}

// The largest that can be set still has its row in the audit log, with how it was before.
static void test_audit(void **state)
{
    struct fixture *f = *state;
    struct store_connection *connection;
    struct audit_store_wish wish = {1, INT64_MIN, "", "", 9};
    static struct audit_row row;
    char name[LABEL_STORE_NAME_MAX + 1];
    char note[LABEL_STORE_NOTE_MAX + 1];

    fixture_add_device(f, MAC_1);
    fill(name, "\\", LABEL_STORE_NAME_MAX);
    fill(note, "\"", LABEL_STORE_NOTE_MAX);
    assert_int_equal(set(f, name, name, note), 0);
    assert_int_equal(set(f, "door", NULL, ""), 0);
    connection = fixture_read(f);
    assert_int_equal(audit_store_page(connection, &wish, keep_row, &row, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(row.number, 2);
    assert_string_equal(row.verb, "label");
    assert_string_equal(row.object, MAC_1);
    assert_non_null(strstr(row.before, "\"label\":\"\\\\\\\\"));
    assert_non_null(strstr(row.before, "\"label_note\":\"\\\"\\\""));
    assert_non_null(strstr(row.after, "\"label\":\"door\",\"label_place\":\"\\\\"));
    assert_null(strstr(row.after, "label_note"));
}

static int move(struct store_connection *connection, void *ctx, struct err *err)
{
    static const char *const macs[2] = {MAC_1, MAC_2};

    (void)ctx;
    return label_store_move(connection, macs, err);
}

static int forget(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_remove(connection, ctx, err);
}

static void test_it_moves_and_goes_with_its_device(void **state)
{
    struct fixture *f = *state;

    fixture_add_device(f, MAC_1);
    fixture_add_device(f, MAC_2);
    assert_int_equal(set(f, "door", "cellar", "x"), 0);
    fixture_write(f, move, NULL);
    expect(f, "", "", "");
    assert_string_equal(get(f, MAC_2).place, "cellar");
    fixture_write(f, move, NULL); // nothing was said of the first: the second's stays
    assert_string_equal(get(f, MAC_2).name, "door");
    fixture_write(f, forget, (void *)(uintptr_t)MAC_2);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM device_labels"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_given_is_set),
        TEST(test_limits),
        TEST(test_characters),
        TEST(test_audit),
        TEST(test_it_moves_and_goes_with_its_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
