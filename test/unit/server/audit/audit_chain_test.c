// The chain of the audit log: what it binds, and what it finds.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/audit/audit_chain.h"

#define ROWS 4

static const struct audit_row sample = {
    .number = 1,
    .at_ms = 1700000000123,
    .author = {.who = "uid 1000", .user = "anna", .pid = 42},
    .verb = "publish",
    .kind = "image",
    .object = "B-1",
    .forced = true,
    .before = "{\"state\":\"added\"}",
    .after = "{\"state\":\"published\"}",
};

static void make_chain(struct audit_row rows[ROWS])
{
    const char *previous = AUDIT_CHAIN_START;

    for (int64_t i = 0; i < ROWS; i++) {
        rows[i] = sample;
        rows[i].number = i + 1;
        rows[i].at_ms += i;
        audit_chain_hash(&rows[i], previous, rows[i].hash);
        previous = rows[i].hash;
    }
}

// By hand: sha256sum of the bytes that the header describes.
static void test_encoding(void **state)
{
    char hash[AUDIT_HASH_SIZE];

    (void)state;
    audit_chain_hash(&sample, AUDIT_CHAIN_START, hash);
    assert_string_equal(hash, "d6d6dbb4b1aebedc8fbfc4443e16e34955c4e4aea92312c7b185c97059240847");
}

static void set_number(struct audit_row *row)
{
    row->number = 2;
}
static void set_time(struct audit_row *row)
{
    row->at_ms++;
}
static void set_who(struct audit_row *row)
{
    row->author.who[4]++;
}
static void set_user(struct audit_row *row)
{
    row->author.user[0] = '\0';
}
static void set_pid(struct audit_row *row)
{
    row->author.pid = -42;
}
static void set_verb(struct audit_row *row)
{
    row->verb[0] = 'P';
}
static void set_kind(struct audit_row *row)
{
    row->kind[0] = 'I';
}
static void set_object(struct audit_row *row)
{
    row->object[2] = '2';
}
static void set_forced(struct audit_row *row)
{
    row->forced = false;
}
static void set_before(struct audit_row *row)
{
    row->before[0] = '\0';
}
static void set_after(struct audit_row *row)
{
    row->after[0] = '\0';
}
// The same bytes in a row, cut elsewhere.
static void move_border(struct audit_row *row)
{
    memcpy(row->verb, "publis", 7);
    memcpy(row->kind, "himage", 7);
}

static void (*const changes[])(struct audit_row *row) = {set_number, set_time, set_who, set_user,
    set_pid, set_verb, set_kind, set_object, set_forced, set_before, set_after, move_border};

static void test_every_member_counts(void **state)
{
    char hash[AUDIT_HASH_SIZE];
    char other[AUDIT_HASH_SIZE];

    (void)state;
    audit_chain_hash(&sample, AUDIT_CHAIN_START, hash);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct audit_row row = sample;

        changes[i](&row);
        audit_chain_hash(&row, AUDIT_CHAIN_START, other);
        if (strcmp(hash, other) == 0)
            fail_msg("change %zu", i);
    }
    audit_chain_hash(&sample, hash, other);
    assert_string_not_equal(hash, other);
}

enum { KEEP, REMOVE_FIRST, REMOVE_THIRD, CUT_ONE, CUT_ALL, SWAP, ALTER, ALTER_AND_HASH, ADD_TWICE };

static size_t spoil(int how, struct audit_row rows[ROWS + 1])
{
    struct audit_row row = rows[1];

    switch (how) {
    case REMOVE_FIRST: memmove(rows, rows + 1, (ROWS - 1) * sizeof *rows); return ROWS - 1;
    case REMOVE_THIRD: rows[2] = rows[3]; return ROWS - 1;
    case CUT_ONE: return ROWS - 1;
    case CUT_ALL: return 0;
    case SWAP: // the contents of rows 2 and 3
        rows[1] = rows[2];
        rows[2] = row;
        rows[1].number = 2;
        rows[2].number = 3;
        return ROWS;
    case ALTER: rows[2].object[0] = 'C'; return ROWS;
    case ALTER_AND_HASH:
        rows[2].object[0] = 'C';
        audit_chain_hash(&rows[2], rows[1].hash, rows[2].hash);
        return ROWS;
    case ADD_TWICE: rows[ROWS] = rows[ROWS - 1]; return ROWS + 1;
    default: return ROWS;
    }
}

// The anchor is that of row `anchor`, -1 for none; bad is the row that must be named, 0 for none.
static const struct {
    int how;
    int64_t anchor, bad;
    const char *reason;
} cases[] = {
    {KEEP, -1, 0, ""},
    {KEEP, 0, 0, ""},
    {KEEP, 1, 0, ""},
    {KEEP, ROWS, 0, ""},
    {REMOVE_FIRST, -1, 1, "missing"},
    {REMOVE_THIRD, -1, 3, "missing: row 4 follows on row 2"},
    {CUT_ONE, -1, 0, ""}, // without an anchor nobody can tell
    {CUT_ONE, 3, 0, ""},
    {CUT_ONE, ROWS, ROWS, "all up to row 4"},
    {CUT_ALL, -1, 0, ""},
    {CUT_ALL, ROWS, 1, "all up to row 4"},
    {SWAP, -1, 2, "its hash"},
    {ALTER, -1, 3, "its hash"},
    {ALTER_AND_HASH, -1, 4, "its hash"},
    {ALTER_AND_HASH, 3, 3, "row of the anchor"},
    {ADD_TWICE, -1, 5, "missing: row 4 follows on row 4"},
};

static void test_finds_the_first_bad_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct audit_row rows[ROWS + 1];
        struct audit_anchor anchor = {cases[i].anchor, AUDIT_CHAIN_START};
        struct audit_chain chain;

        make_chain(rows);
        if (anchor.number > 0)
            memcpy(anchor.hash, rows[anchor.number - 1].hash, sizeof anchor.hash);

        size_t n = spoil(cases[i].how, rows);

        audit_chain_begin(&chain, anchor.number >= 0 ? &anchor : NULL);
        for (size_t k = 0; k < n; k++)
            (void)audit_chain_take(&chain, &rows[k]);

        bool whole = audit_chain_end(&chain);

        if (chain.bad != cases[i].bad || whole != (cases[i].bad == 0) ||
            strstr(chain.reason, cases[i].reason) == NULL)
            fail_msg("case %zu: row %lld: %s", i, (long long)chain.bad, chain.reason);
    }
}

// An anchor of an empty log with another hash is of no log of ours.
static void test_an_anchor_of_nothing(void **state)
{
    struct audit_anchor anchor = {.number = 0};
    struct audit_chain chain;

    (void)state;
    memset(anchor.hash, 'a', sizeof anchor.hash - 1);
    audit_chain_begin(&chain, &anchor);
    assert_false(audit_chain_end(&chain));
    assert_int_equal(chain.bad, 1);
}

static void test_anchors(void **state)
{
    static const char *const wrong[] = {"", ":", "7", "7:", ":" AUDIT_CHAIN_START,
        "-7:" AUDIT_CHAIN_START, "+7:" AUDIT_CHAIN_START, " 7:" AUDIT_CHAIN_START,
        "7:" AUDIT_CHAIN_START "0", "7: " AUDIT_CHAIN_START, "7;" AUDIT_CHAIN_START,
        "99999999999999999999:" AUDIT_CHAIN_START,
        "7:A000000000000000000000000000000000000000000000000000000000000000"};
    struct audit_anchor anchor;
    char text[AUDIT_ANCHOR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (audit_chain_parse_anchor(wrong[i], &anchor))
            fail_msg("%s", wrong[i]);
    }
    assert_true(audit_chain_parse_anchor("9223372036854775807:" AUDIT_CHAIN_START, &anchor));
    assert_true(anchor.number == INT64_MAX);
    audit_chain_format_anchor(&anchor, text);
    assert_string_equal(text, "9223372036854775807:" AUDIT_CHAIN_START);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_every_member_counts),
        cmocka_unit_test(test_finds_the_first_bad_row),
        cmocka_unit_test(test_an_anchor_of_nothing),
        cmocka_unit_test(test_anchors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
