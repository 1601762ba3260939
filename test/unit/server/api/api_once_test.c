// Idempotency-Key: what was done is not done again, and its answer is told again.
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "server/store/answer_store.h"
#include "server/store/device_store.h"
#include "server/store/statement.h"
#include "test/unit/server/api/api_fixture.h"

#define API "/api/v1"
#define MAC "84f3eb000001"
#define ORDER "{\"mac\": \"" MAC "\", \"command\": \"reboot\"}"
#define ROUNDS 40

static char first[ANSWER_SIZE];

static const char *ask_once(
    struct fixture *f, const char *target, const char *body, const char *key)
{
    static char headers[600];

    snprintf(headers, sizeof headers, "Idempotency-Key: %s\r\n", key);
    api_fixture_headers = headers;
    ask(f, "POST", target, body, strlen(body));
    api_fixture_headers = "";
    return f->answer;
}

static const char *body_of(const char *answer)
{
    const char *body = strstr(answer, "\r\n\r\n");

    assert_non_null(body);
    return body + 4;
}

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.first_seen_ms = 1, .last_seen_ms = 1};
    int rc = 0;

    for (int i = 1; rc == 0 && i <= *(const int *)ctx; i++) {
        snprintf(device.mac, sizeof device.mac, "84f3eb%06x", (unsigned)i & 0xffffff);
        rc = device_store_put(connection, &device, NULL, err);
    }
    return rc;
}

static void put_devices(struct fixture *f, int count)
{
    assert_int_equal(store_write(f->api.store, put_device, &count, NULL), 0);
}

static size_t count_commands(struct fixture *f)
{
    size_t n = 0;

    ask(f, "GET", API "/commands?limit=1000", NULL, 0);
    expect(f, "commands", 200, "", "");
    for (const char *p = f->answer; (p = strstr(p, "\"command\":\"")) != NULL; p++)
        n++;
    return n;
}

static void the_same_is_done_once(void **state)
{
    static const char key[] = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"";
    struct fixture *f = *state;

    put_devices(f, 1);
    ask_once(f, API "/commands", ORDER, key);
    expect(f, "at first", 202, "\"state\":\"queued\"", "\"command\":\"reboot\"");
    memcpy(first, f->answer, strlen(f->answer) + 1);
    for (int i = 0; i < 3; i++) {
        ask_once(f, API "/commands", ORDER, key);
        expect(f, "again", 202, "application/json", "");
        assert_string_equal(body_of(f->answer), body_of(first));
    }
    assert_int_equal(count_commands(f), 1);
}

static void another_request_is_refused(void **state)
{
    static const char key[] = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"";
    static const struct {
        const char *target, *body;
    } rows[] = {
        {API "/commands", "{\"mac\": \"" MAC "\", \"command\": \"reboot\" }"},
        {API "/commands", ""},
        {API "/groups", ORDER},
        {API "/groups?force=1", "{\"name\": \"a\", \"filter\": \"tag=a\"}"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask_once(f, rows[i].target, rows[i].body, key);
        expect(f, rows[i].target, 422, "#/x-problems/key-reused", "another request");
    }
    ask_once(
        f, API "/groups", "{\"name\": \"a\", \"filter\": \"tag=a\"}", "\"of the query alone\"");
    expect(f, "set", 200, "tag=a", "");
    ask_once(f, API "/groups?force=1", "{\"name\": \"a\", \"filter\": \"tag=a\"}",
        "\"of the query alone\"");
    expect(f, "of another query", 422, "key-reused", "");
    assert_int_equal(count_commands(f), 1);
}

static void what_is_malformed_is_refused(void **state)
{
    static char long_key[200];
    static const char *const keys[] = {"8e03978e-40d5-43e8-bc93-6894a57f9324", "\"short\"",
        "\"8e03978e-40d5-43e8-bc93", "\"8e03978e-40d5-43e8-bc93\"x", "\"8e03978e-40d5-43e8\\bc93\"",
        "\"8e03978e-40d5-43e8-\xc3\xa4\"", long_key,
        "\"8e03978e-40d5-43e8-bc93\"\r\nIdempotency-Key: \"8e03978e-40d5-43e8-bc93\""};
    struct fixture *f = *state;

    memset(long_key, 'x', 131);
    long_key[0] = long_key[130] = '"';
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        ask_once(f, API "/commands", ORDER, keys[i]);
        expect(f, keys[i], 400, "#/x-problems/invalid", "Idempotency-Key");
    }
    assert_int_equal(count_commands(f), 1);
}

// Though it would change nothing.
static void where_nothing_is_created_it_is_refused(void **state)
{
    struct fixture *f = *state;

    ask_once(f, API "/settings?scope=fleet&dry=1&unset=p", "", "\"there is nothing to keep\"");
    expect(f, "a dry run", 400, "takes no Idempotency-Key", "");
    api_fixture_headers = "Idempotency-Key: \"there is nothing to keep\"\r\n";
    ask(f, "GET", API "/groups", NULL, 0);
    api_fixture_headers = "";
    expect(f, "a question", 400, "takes no Idempotency-Key", "");
}

// What was refused has changed nothing: it is judged anew.
static void a_refusal_is_not_kept(void **state)
{
    static const char key[] = "\"refused at first, then not\"";
    static const char order[] = "{\"mac\": \"84f3eb000009\", \"command\": \"reboot\"}";
    struct fixture *f = *state;

    ask_once(f, API "/commands", order, key);
    expect(f, "unknown", 404, "84f3eb000009", "");
    put_devices(f, 9);
    ask_once(f, API "/commands", order, key);
    expect(f, "known", 202, "84f3eb000009", "");
    assert_int_equal(count_commands(f), 2);
}

static void codes_are_not_kept(void **state)
{
    struct fixture *f = *state;

    ask_once(f, API "/enrolments", "{\"macs\": [\"84f3eb0000aa\"], \"code\": true}",
        "\"with a code of its own\"");
    expect(f, "with a code", 400, "no codes", "");
    ask_once(f, API "/enrolments", "{\"macs\": [\"84f3eb0000aa\"]}", "\"without a code at all\"");
    expect(f, "without", 201, "\"new\":true", "");
    ask_once(f, API "/enrolments", "{\"macs\": [\"84f3eb0000aa\"]}", "\"without a code at all\"");
    expect(f, "again", 201, "\"new\":true", "");
}

// A long answer is not kept, but that it was given is.
static void a_long_answer_is_told_once(void **state)
{
    static const char key[] = "\"to all of many devices\"";
    static const char order[] = "{\"all\": true, \"command\": \"reboot\"}";
    struct fixture *f = *state;
    size_t before;

    put_devices(f, 200);
    before = count_commands(f);
    ask_once(f, API "/commands", order, key);
    expect(f, "to many", 202, "84f3eb0000c8", "");
    assert_int_equal(count_commands(f), before + 200);
    ask_once(f, API "/commands", order, key);
    expect(f, "again", 409, "was done already", "");
    assert_int_equal(count_commands(f), before + 200);
}

struct racer {
    pthread_t thread;
    pthread_barrier_t *start;
    char request[512];
    char answer[2048];
    int status;
};

static void *race(void *ctx)
{
    struct racer *racer = ctx;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    size_t n = 0;
    ssize_t r;

    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        pthread_barrier_wait(racer->start);
        if (write(fd, racer->request, strlen(racer->request)) > 0)
            while ((r = read(fd, racer->answer + n, sizeof racer->answer - 1 - n)) > 0)
                n += (size_t)r;
        racer->status = (int)strtol(racer->answer + strlen("HTTP/1.x "), NULL, 10);
    }
    close(fd);
    return NULL;
}

// Two at once: one does it, the other is told that it is under way, or the answer.
static void two_at_once_are_one(void **state)
{
    struct fixture *f = *state;
    struct racer racers[2];
    pthread_barrier_t start;
    size_t before = count_commands(f);
    size_t busy = 0;

    pthread_barrier_init(&start, NULL, 2);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) {
            racers[i] = (struct racer){.start = &start};
            snprintf(racers[i].request, sizeof racers[i].request,
                "POST " API "/commands HTTP/1.0\r\nHost: x\r\nIdempotency-Key: \"the key of round "
                "%d\"\r\nContent-Length: %zu\r\n\r\n%s",
                round, strlen(ORDER), ORDER);
            assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
        }
        for (int i = 0; i < 2; i++)
            pthread_join(racers[i].thread, NULL);
        for (int i = 0; i < 2; i++) {
            busy += racers[i].status == 409;
            assert_true(
                racers[i].status == 202 || strstr(racers[i].answer, "is still under way") != NULL);
        }
        assert_true(racers[0].status == 202 || racers[1].status == 202);
    }
    pthread_barrier_destroy(&start);
    assert_int_equal(count_commands(f), before + ROUNDS);
    print_message("under way: %zu of %d\n", busy, ROUNDS);
}

// Another's key is another key, though it has the same letters.
static void keys_are_their_users(void **state)
{
    static const char key[] = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"";
    struct fixture *f = *state;
    size_t before = count_commands(f);

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(folder, 0711), 0);
    assert_int_equal(chmod(path, 0666), 0);
    // Of this thread alone, unlike seteuid(3).
    assert_int_equal(syscall(SYS_setresuid, -1, 4711, -1), 0);
    ask_once(f, API "/commands", ORDER, key);
    assert_int_equal(syscall(SYS_setresuid, -1, 0, -1), 0);
    expect(f, "of another user", 202, "", "");
    assert_string_not_equal(body_of(f->answer), body_of(first));
    assert_int_equal(count_commands(f), before + 1);
}

// The same request with two keys is not told to be the same.
static int differ(struct store_connection *connection, void *ctx, struct err *err)
{
    struct statement s;

    (void)ctx;
    statement_open(&s, connection,
        "SELECT count(*) - count(DISTINCT request_hash) FROM answers WHERE status = 202");

    int rc = statement_step(&s, err);

    assert_int_equal(rc, 1);
    assert_int_equal(statement_int(&s, 0), 0);
    statement_close(&s);
    return 0;
}

static void requests_are_not_told_by_their_hashes(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(store_write(f->api.store, differ, NULL, NULL), 0);
}

static int refuse_answers(struct store_connection *connection, void *ctx, struct err *err)
{
    struct statement s;

    (void)ctx;
    statement_open(&s, connection,
        "CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(ABORT, 'full'); END");
    return statement_run(&s, err);
}

// What cannot be kept is not done, and nobody is told that it was.
static void what_cannot_be_kept_is_not_done(void **state)
{
    struct fixture *f = *state;
    size_t before = count_commands(f);

    assert_int_equal(store_write(f->api.store, refuse_answers, NULL, NULL), 0);
    ask_once(f, API "/commands", ORDER, "\"a key that finds no place\"");
    assert_null(strstr(f->answer, " 202 "));
    assert_non_null(strstr(f->answer, "problem+json"));
    assert_int_equal(count_commands(f), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_done_once),
        cmocka_unit_test(another_request_is_refused),
        cmocka_unit_test(what_is_malformed_is_refused),
        cmocka_unit_test(where_nothing_is_created_it_is_refused),
        cmocka_unit_test(a_refusal_is_not_kept),
        cmocka_unit_test(codes_are_not_kept),
        cmocka_unit_test(a_long_answer_is_told_once),
        cmocka_unit_test(two_at_once_are_one),
        cmocka_unit_test(keys_are_their_users),
        cmocka_unit_test(requests_are_not_told_by_their_hashes),
        cmocka_unit_test(what_cannot_be_kept_is_not_done),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
