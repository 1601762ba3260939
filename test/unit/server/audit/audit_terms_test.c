// Changes on terms: nothing is changed that somebody else has changed, and nothing twice.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/audit/audit_terms.h"
#include "server/store/key_permit_store.h"
#include "test/unit/server/store/store_fixture.h"

struct asker {
    struct audit_author by;
    struct audit_terms terms;
    struct answer answer;
    char seen[AUDIT_TAG_SIZE]; // what it goes by
};

static bool is_seen(const char *tag, void *ctx)
{
    return tag[0] != '\0' && strcmp(tag, ctx) == 0;
}

static int describe(
    struct store_connection *connection, void *ctx, struct answer *answer, struct err *err)
{
    (void)connection;
    (void)err;
    answer->status = 201;
    answer->body = strdup(ctx);
    return answer->body != NULL ? 0 : ERR_NO_MEMORY;
}

static int allow(struct store_connection *connection, void *ctx, struct err *err)
{
    struct key_permit permit = {.mac = MAC_1, .allowed_by = "x", .allowed_at_ms = *(int64_t *)ctx};

    return key_permit_store_put(connection, &permit, err);
}

static int change(struct fixture *f, const struct audit_author *by, int64_t at_ms, struct err *err)
{
    struct audit_change audit = {
        .by = by, .verb = "allow-key", .kind = AUDIT_DEVICE, .object = MAC_1};

    return audit_run(f->store, &audit, allow, &at_ms, err);
}

static int64_t allowed_at(struct fixture *f)
{
    return fixture_query(f, "SELECT allowed_at_ms FROM key_permits");
}

static void read_tag(struct fixture *f, char out[AUDIT_TAG_SIZE])
{
    struct store_connection *connection = fixture_read(f);

    assert_int_equal(audit_tag_read(connection, AUDIT_DEVICE, MAC_1, out, NULL), 0);
    store_read_end(f->store, connection);
}

static void look(struct fixture *f, struct asker *asker)
{
    *asker = (struct asker){.by = {.who = "uid 1", .terms = &asker->terms},
        .terms = {
            .accepts = is_seen, .accepts_ctx = asker->seen, .kind = AUDIT_DEVICE, .object = MAC_1}};
    read_tag(f, asker->seen);
}

static void test_the_tag_tells_states_apart(void **state)
{
    struct fixture *f = *state;
    char tags[4][AUDIT_TAG_SIZE];
    int64_t at_ms = 9;

    read_tag(f, tags[0]);
    assert_string_equal(tags[0], "");
    assert_int_equal(change(f, NULL, 7, NULL), 0);
    read_tag(f, tags[0]);
    assert_int_equal(strlen(tags[0]), AUDIT_TAG_SIZE - 1);
    assert_int_equal(change(f, NULL, 7, NULL), 0); // as it was
    read_tag(f, tags[1]);
    assert_string_equal(tags[0], tags[1]);
    fixture_write(f, allow, &at_ms); // without a row of its own
    read_tag(f, tags[2]);
    assert_string_not_equal(tags[1], tags[2]);
    at_ms = 7;
    fixture_write(f, allow, &at_ms);
    assert_int_equal(change(f, NULL, 8, NULL), 0);
    assert_int_equal(change(f, NULL, 7, NULL), 0); // back again
    read_tag(f, tags[3]);
    assert_string_not_equal(tags[0], tags[3]);
}

static void test_who_comes_later_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asker first;
    struct asker second;
    struct err err = {0};

    look(f, &first);
    assert_int_equal(change(f, &first.by, 7, &err), ERR_PRECONDITION); // there is none
    assert_int_equal(change(f, NULL, 7, NULL), 0);
    look(f, &first);
    look(f, &second);
    assert_int_equal(change(f, &first.by, 8, NULL), 0);
    assert_int_equal(change(f, &second.by, 9, &err), ERR_PRECONDITION);
    assert_non_null(strstr(err.message, "was changed since"));
    assert_int_equal(allowed_at(f), 8);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit"), 2);
}

// A request of two transactions: what comes between them is not overwritten either.
static void test_what_comes_between_two_changes_of_one(void **state)
{
    struct fixture *f = *state;
    struct asker asker;

    assert_int_equal(change(f, NULL, 7, NULL), 0);
    look(f, &asker);
    assert_int_equal(change(f, &asker.by, 8, NULL), 0);
    assert_int_equal(change(f, &asker.by, 9, NULL), 0);
    assert_int_equal(change(f, NULL, 10, NULL), 0);
    assert_int_equal(change(f, &asker.by, 11, NULL), ERR_PRECONDITION);
    assert_int_equal(allowed_at(f), 10);
}

static void ask_once(struct asker *asker, const char *key, const char *text)
{
    *asker = (struct asker){.by = {.who = "uid 1", .terms = &asker->terms},
        .terms = {.answer = &asker->answer,
            .describe = describe,
            .describe_ctx = (void *)(uintptr_t)text}};
    snprintf(asker->answer.key_hash, sizeof asker->answer.key_hash, "%s", key);
    snprintf(asker->answer.request_hash, sizeof asker->answer.request_hash, "request");
}

static void test_an_answer_is_kept_with_its_change(void **state)
{
    struct fixture *f = *state;
    struct asker asker;

    ask_once(&asker, "key", "done");
    assert_int_equal(change(f, &asker.by, 7, NULL), 0);
    assert_true(asker.terms.is_kept);
    free(asker.answer.body);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM answers WHERE key_hash = 'key' AND"
                                      " request_hash = 'request' AND status = 201 AND"
                                      " body = 'done'"),
        1);
}

// Neither is there without the other: the same key once more, no place for it, nobody who answers.
static void test_no_change_without_its_answer(void **state)
{
    struct fixture *f = *state;
    struct asker asker;

    ask_once(&asker, "key", "done");
    assert_int_equal(change(f, &asker.by, 7, NULL), 0);
    free(asker.answer.body);
    ask_once(&asker, "key", "done again");
    assert_int_equal(change(f, &asker.by, 8, NULL), ERR_CONFLICT);
    free(asker.answer.body);
    ask_once(&asker, "other", "");
    asker.terms.describe = NULL;
    assert_int_equal(change(f, &asker.by, 8, NULL), ERR_INVALID);
    assert_int_equal(allowed_at(f), 7);
    fixture_close(f);
    fixture_query(f, "ALTER TABLE answers RENAME TO gone");
    fixture_open(f);
    ask_once(&asker, "third", "");
    assert_int_equal(change(f, &asker.by, 8, NULL), ERR_IO);
    free(asker.answer.body);
    assert_int_equal(allowed_at(f), 7);
}

// As a rollout publishes its image.
static int change_within(struct store_connection *connection, void *ctx, struct err *err)
{
    struct audit_author *by = ctx;
    int64_t at_ms = 7;
    struct audit_change audit = {
        .by = by, .verb = "allow-key", .kind = AUDIT_DEVICE, .object = MAC_1};
    int rc = audit_run_within(connection, &audit, allow, &at_ms, err);

    assert_false(by->terms->is_kept); // it is not the whole
    return rc;
}

static void test_a_change_within_another_is_a_part_of_it(void **state)
{
    struct fixture *f = *state;
    struct asker asker;
    struct audit_change audit = {
        .by = &asker.by, .verb = "set", .kind = AUDIT_GROUP, .object = "none"};

    ask_once(&asker, "key", "all of it");
    assert_int_equal(audit_run(f->store, &audit, change_within, &asker.by, NULL), 0);
    assert_true(asker.terms.is_kept);
    free(asker.answer.body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_tag_tells_states_apart),
        TEST(test_who_comes_later_is_refused),
        TEST(test_what_comes_between_two_changes_of_one),
        TEST(test_an_answer_is_kept_with_its_change),
        TEST(test_no_change_without_its_answer),
        TEST(test_a_change_within_another_is_a_part_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
