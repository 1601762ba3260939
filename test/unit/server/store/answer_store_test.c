// Answers that are kept: each once, for a day, and not too many.
#include <stdlib.h>

#include "server/store/answer_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add_job(struct store_connection *connection, void *ctx, struct err *err)
{
    return answer_store_add(connection, ctx, err);
}

static int add(struct fixture *f, const char *key, int64_t at_ms, const char *body)
{
    struct answer answer = {
        .request_hash = "r", .at_ms = at_ms, .status = 202, .body = (char *)(uintptr_t)body};

    snprintf(answer.key_hash, sizeof answer.key_hash, "%s", key);
    return store_write(f->store, add_job, &answer, NULL);
}

static int get(struct fixture *f, const char *key, int64_t now_ms, struct answer *out)
{
    struct store_connection *connection = fixture_read(f);
    int rc = answer_store_get(connection, key, now_ms, out, NULL);

    store_read_end(f->store, connection);
    return rc;
}

static void test_an_answer_comes_back(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    assert_int_equal(get(f, "a", 5, &answer), ERR_NOT_FOUND);
    assert_int_equal(add(f, "a", 5, "[1]"), 0);
    assert_int_equal(add(f, "b", 6, NULL), 0);
    assert_int_equal(get(f, "a", 7, &answer), 0);
    assert_string_equal(answer.key_hash, "a");
    assert_string_equal(answer.request_hash, "r");
    assert_int_equal(answer.at_ms, 5);
    assert_int_equal(answer.status, 202);
    assert_string_equal(answer.body, "[1]");
    free(answer.body);
    assert_int_equal(get(f, "b", 7, &answer), 0);
    assert_null(answer.body);
}

static void test_each_key_once(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    assert_int_equal(add(f, "a", 5, "first"), 0);
    assert_int_equal(add(f, "a", 6, "second"), ERR_CONFLICT);
    assert_int_equal(get(f, "a", 7, &answer), 0);
    assert_string_equal(answer.body, "first");
    free(answer.body);
}

static void test_for_a_day(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    assert_int_equal(add(f, "a", 5, "first"), 0);
    assert_int_equal(get(f, "a", 4 + ANSWER_STORE_AGE_MS, &answer), 0);
    free(answer.body);
    assert_int_equal(get(f, "a", 5 + ANSWER_STORE_AGE_MS, &answer), ERR_NOT_FOUND);
    assert_int_equal(add(f, "b", 4 + ANSWER_STORE_AGE_MS, ""), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM answers"), 2);
    assert_int_equal(add(f, "a", 5 + ANSWER_STORE_AGE_MS, "anew"), 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM answers"), 2);
}

static int add_many(struct store_connection *connection, void *ctx, struct err *err)
{
    struct answer answer = {.request_hash = "r", .status = 202};
    int rc = 0;

    (void)ctx;
    for (int i = 0; rc == 0 && i < ANSWER_STORE_MAX + 10; i++) {
        answer.at_ms = 100 + i;
        snprintf(answer.key_hash, sizeof answer.key_hash, "%d", i);
        rc = answer_store_add(connection, &answer, err);
    }
    return rc;
}

static void test_not_too_many(void **state)
{
    struct fixture *f = *state;
    struct answer answer;

    fixture_write(f, add_many, NULL);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM answers"), ANSWER_STORE_MAX);
    assert_int_equal(get(f, "9", 5000, &answer), ERR_NOT_FOUND);
    assert_int_equal(get(f, "10", 5000, &answer), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_answer_comes_back),
        TEST(test_each_key_once),
        TEST(test_for_a_day),
        TEST(test_not_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
