// Sessions, users and tokens over HTTPS: what begins them, and all that ends them.
#include "test/unit/server/api/https_fixture.h"

#include <pthread.h>

#include "server/store/audit_store.h"
#include "server/store/user_store.h"

#define API "/api/v1"

static int status_of(struct fixture *f, const char *with)
{
    return https_ask(f, https.none, "GET", API "/session", with, "");
}

static int change(struct fixture *f, const char *with, const char *target, const char *body)
{
    char headers[3 * HTTPS_HEADER_SIZE + sizeof HTTPS_OWN];

    snprintf(headers, sizeof headers, "%s%s", with, HTTPS_OWN);
    return https_ask(f, https.none, "POST", target, headers, body);
}

static int log_in(struct fixture *f, const char *name, const char *password)
{
    char body[256];

    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    return https_ask(f, https.none, "POST", API "/session", "", body);
}

// Forgets who failed, so that tests do not slow each other.
static void forgive(struct fixture *f)
{
    memset(f->operators.throttle.places, 0, sizeof f->operators.throttle.places);
    f->operators.audit.next_ms = 0;
}

static int note_last(const struct audit_row *row, void *ctx)
{
    *(struct audit_row *)ctx = *row;
    return 1;
}

// The newest row of the audit log.
static const struct audit_row *last_row(struct fixture *f)
{
    static struct audit_row row;
    struct audit_store_wish wish = {.who = "", .object = "", .limit = 1};
    struct store_connection *connection;
    char hash[AUDIT_HASH_SIZE];

    assert_int_equal(store_read_begin(f->api.store, &connection, NULL), 0);
    assert_int_equal(audit_store_get_head(connection, &wish.after, hash, NULL), 0);
    wish.after--;
    assert_int_equal(audit_store_page(connection, &wish, note_last, &row, NULL), 1);
    store_read_end(f->api.store, connection);
    return &row;
}

static int start(void **state)
{
    int rc = https_fixture_start(state);

    if (rc != 0)
        return rc;
    https_add_user(*state, "root", ROLE_ADMINISTRATOR);
    https_add_user(*state, "anna", ROLE_OPERATOR);
    https_add_user(*state, "vera", ROLE_VIEWER);
    return 0;
}

static void a_log_in_gives_a_cookie_that_no_script_reads(void **state)
{
    struct fixture *f = *state;
    const struct audit_row *row;
    char cookie[HTTPS_HEADER_SIZE];
    char secret[48];

    https_log_in(f, "anna", HTTPS_PASSWORD, cookie);
    expect(f, "log-in", 200, "{\"name\":\"anna\",\"role\":\"operator\",\"how\":\"session\"}",
        "; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200\r\n");
    row = last_row(f);
    assert_string_equal(row->author.who, "user anna");
    assert_string_equal(row->author.user, "127.0.0.1");
    assert_string_equal(row->verb, "log-in");
    snprintf(secret, sizeof secret, "%.43s", strchr(cookie, '=') + 1);
    assert_null(strstr(row->after, secret));
    assert_int_equal(status_of(f, cookie), 200);
    expect(f, "who", 200, "{\"name\":\"anna\",\"role\":\"operator\",\"how\":\"session\"", "");
    assert_int_equal(change(f, cookie, API "/session/end", ""), 200);
    expect(f, "log-out", 200, "__Host-secureesp=; ", "Max-Age=0\r\n");
    assert_string_equal(last_row(f)->verb, "log-out");
    assert_int_equal(status_of(f, cookie), 401);
    ask(f, "POST", API "/session", "{}", 2);
    expect(f, "on the socket", 409, "without logging in", "");
}

static void who_is_not_known_and_who_errs_hear_the_same(void **state)
{
    struct fixture *f = *state;
    char wrong[4096];
    int64_t begin_ms = clock_monotonic_ms();
    int64_t known_ms;

    forgive(f);
    assert_int_equal(log_in(f, "anna", "wrong password"), 401);
    known_ms = clock_monotonic_ms() - begin_ms;
    snprintf(wrong, sizeof wrong, "%s", strstr(f->answer, "\r\n\r\n"));
    begin_ms = clock_monotonic_ms();
    assert_int_equal(log_in(f, "sesame open", "wrong password"), 401);
    assert_string_equal(strstr(f->answer, "\r\n\r\n"), wrong);
    // As much is computed: a tenth of a second at least, where a look into the database takes none.
    assert_true(clock_monotonic_ms() - begin_ms > known_ms / 4);
}

static void log_ins_that_fail_are_slowed_and_leave_few_rows(void **state)
{
    struct fixture *f = *state;
    int64_t before;
    int statuses[8];

    forgive(f);
    f->operators.unaudited = 0;
    assert_int_equal(log_in(f, "anna", "wrong password"), 401);
    assert_string_equal(last_row(f)->verb, "log-in-failed");
    assert_string_equal(last_row(f)->object, "anna");
    assert_non_null(strstr(last_row(f)->after, "\"failed\":1,\"last_from\":\"127.0.0.1\""));
    before = last_row(f)->number;
    for (int i = 0; i < 8; i++)
        statuses[i] = log_in(f, i % 2 == 0 ? "anna" : "sesame open", "wrong password");
    assert_int_equal(statuses[0], 401);
    assert_int_equal(statuses[7], 401); // another name
    assert_int_equal(log_in(f, "anna", HTTPS_PASSWORD), 429);
    expect(f, "slowed", 429, "\r\nRetry-After: 30\r\n", "#/x-problems/too-often");
    assert_int_equal(last_row(f)->number, before);
    assert_int_equal(log_in(f, "vera", HTTPS_PASSWORD), 200);
    forgive(f);
    assert_int_equal(log_in(f, "sesame open", "wrong password"), 401);
    assert_string_equal(last_row(f)->object, ""); // it may be a password
    assert_non_null(strstr(last_row(f)->after, "\"failed\":9"));
}

static void no_more_log_in_at_once_than_may(void **state)
{
    struct fixture *f = *state;

    forgive(f);
    assert_int_equal(operator_gate_enter(&f->operators.gate, 0, NULL), 0);
    pthread_mutex_lock(&f->operators.gate.lock);
    f->operators.gate.waiting = OPERATOR_GATE_KNOWN; // as if so many stood there
    pthread_mutex_unlock(&f->operators.gate.lock);
    for (int i = 0; i < 10; i++) // which is nobody's fault
        assert_int_equal(log_in(f, "root", HTTPS_PASSWORD), 503);
    expect(f, "crowded", 503, "\r\nRetry-After: 1\r\n", "");
    f->operators.gate.waiting = 0;
    operator_gate_leave(&f->operators.gate);
    assert_int_equal(log_in(f, "root", HTTPS_PASSWORD), 200);
}

static void another_password_ends_sessions(void **state)
{
    struct fixture *f = *state;
    char cookie[HTTPS_HEADER_SIZE];
    char other[HTTPS_HEADER_SIZE];

    forgive(f);
    https_log_in(f, "vera", HTTPS_PASSWORD, cookie);
    https_log_in(f, "vera", HTTPS_PASSWORD, other);
    assert_int_equal(
        change(f, cookie, API "/users/vera/password", "{\"password\":\"battery staple\"}"), 400);
    assert_int_equal(change(f, cookie, API "/users/vera/password",
                         "{\"password\":\"battery staple\",\"old\":\"wrong one\"}"),
        403);
    assert_int_equal(change(f, cookie, API "/users/anna/password",
                         "{\"password\":\"battery staple\",\"old\":\"" HTTPS_PASSWORD "\"}"),
        403);
    assert_int_equal(change(f, cookie, API "/users/vera/password",
                         "{\"password\":\"short\",\"old\":\"" HTTPS_PASSWORD "\"}"),
        400);
    assert_int_equal(status_of(f, cookie), 200);
    assert_int_equal(change(f, cookie, API "/users/vera/password",
                         "{\"password\":\"battery staple\",\"old\":\"" HTTPS_PASSWORD "\"}"),
        200);
    assert_string_equal(last_row(f)->author.who, "user vera");
    assert_string_equal(last_row(f)->verb, "password");
    assert_int_equal(status_of(f, cookie), 401);
    assert_int_equal(status_of(f, other), 401);
    assert_int_equal(log_in(f, "vera", HTTPS_PASSWORD), 401);
    assert_int_equal(log_in(f, "vera", "battery staple"), 200);
}

static void another_role_ends_sessions_and_what_may_do_more(void **state)
{
    struct fixture *f = *state;
    char cookie[HTTPS_HEADER_SIZE];
    char much[HTTPS_HEADER_SIZE];
    char little[HTTPS_HEADER_SIZE];

    https_add_user(f, "otto", ROLE_OPERATOR);
    https_add_token(f, "much", "otto", ROLE_OPERATOR, much);
    https_add_token(f, "little", "otto", ROLE_VIEWER, little);
    https_log_in(f, "otto", HTTPS_PASSWORD, cookie);
    ask(f, "POST", API "/users/otto/role?role=operator", NULL, 0);
    expect(f, "the same role", 200, "\"role\":\"operator\"", "");
    assert_int_equal(status_of(f, cookie), 200);
    ask(f, "POST", API "/users/otto/role?role=viewer", NULL, 0);
    expect(f, "another role", 200, "\"role\":\"viewer\"", "");
    assert_string_equal(
        last_row(f)->before + 1, strstr(last_row(f)->before, "\"role\":\"operator\""));
    assert_int_equal(status_of(f, cookie), 401);
    assert_int_equal(status_of(f, much), 401);
    assert_int_equal(status_of(f, little), 200);
    ask(f, "POST", API "/users/otto/role?role=operator", NULL, 0);
    assert_int_equal(status_of(f, much), 401); // it is gone
    ask(f, "POST", API "/users/otto/remove", NULL, 0);
    expect(f, "removal", 200, "\"removed\":true", "");
    assert_int_equal(status_of(f, little), 401);
    assert_int_equal(log_in(f, "otto", HTTPS_PASSWORD), 401);
}

static void the_last_administrator_stays(void **state)
{
    struct fixture *f = *state;

    ask(f, "POST", API "/users/root/remove", NULL, 0);
    expect(f, "removal", 409, "last administrator", "");
    ask(f, "POST", API "/users/root/role?role=operator", NULL, 0);
    expect(f, "role", 409, "last administrator", "");
    https_add_user(f, "boss", ROLE_ADMINISTRATOR);
    ask(f, "POST", API "/users/boss/role?role=viewer", NULL, 0);
    expect(f, "one of two", 200, "viewer", "");
    ask(f, "GET", API "/users/boss", NULL, 0);
    expect(f, "one", 200, "{\"name\":\"boss\",\"role\":\"viewer\",\"created_at_ms\":1", "");
    ask(f, "POST", API "/users/root/remove", NULL, 0);
    expect(f, "the last one", 409, "last administrator", "");
}

static void a_token_may_do_no_more_than_its_maker(void **state)
{
    struct fixture *f = *state;
    char cookie[HTTPS_HEADER_SIZE];
    char token[HTTPS_HEADER_SIZE];
    char secret[64];
    char ends[32];

    forgive(f);
    https_log_in(f, "anna", HTTPS_PASSWORD, cookie);
    assert_int_equal(
        change(f, cookie, API "/tokens", "{\"name\":\"a\",\"role\":\"administrator\"}"), 403);
    assert_int_equal(
        change(f, cookie, API "/tokens", "{\"name\":\"a\",\"role\":\"anybody\"}"), 400);
    assert_int_equal(
        change(f, cookie, API "/tokens", "{\"name\":\"a\",\"role\":\"viewer\",\"days\":0}"), 400);
    assert_int_equal(
        change(f, cookie, API "/tokens", "{\"name\":\"a\",\"role\":\"viewer\",\"days\":3651}"),
        400);
    assert_int_equal(
        change(f, cookie, API "/tokens", "{\"name\":\"a\",\"role\":\"viewer\",\"days\":1}"), 201);
    https_find(f, "\"token\":\"", "\"", secret, sizeof secret);
    https_find(f, "\"ends_at_ms\":", ",", ends, sizeof ends);
    assert_null(strstr(last_row(f)->after, secret));
    snprintf(token, sizeof token, "Authorization: Bearer %s\r\n", secret);
    assert_int_equal(status_of(f, token), 200);
    expect(f, "who", 200, "{\"name\":\"anna\",\"role\":\"viewer\",\"how\":\"token\"", "\"a\"}");
    // What it makes does not outlast it.
    assert_int_equal(
        change(f, token, API "/tokens", "{\"name\":\"b\",\"role\":\"viewer\",\"days\":9}"), 201);
    assert_non_null(strstr(f->answer, ends));
    assert_string_equal(last_row(f)->author.who, "user anna");
    https_add_token(f, "others", "vera", ROLE_VIEWER, token);
    assert_int_equal(change(f, cookie, API "/tokens/others/remove", ""), 403);
    assert_int_equal(https_ask(f, https.none, "GET", API "/tokens", cookie, ""), 200);
    assert_null(strstr(f->answer, "others"));
    assert_null(strstr(f->answer, "ses_"));
    assert_int_equal(change(f, cookie, API "/tokens/a/remove", ""), 200);
    ask(f, "GET", API "/tokens", NULL, 0);
    expect(f, "all", 200, "\"others\"", "\"b\"");
    ask(f, "POST", API "/tokens/others/remove", NULL, 0);
    expect(f, "an administrator", 200, "removed", "");
}

// What one was answered is not for another, whatever key he sends.
static void keys_of_requests_are_each_ones_own(void **state)
{
    static const char body[] = "{\"name\":\"cellar\",\"filter\":\"tag=cellar\"}";
    struct fixture *f = *state;
    char one[3 * HTTPS_HEADER_SIZE];
    char two[3 * HTTPS_HEADER_SIZE];
    char token[HTTPS_HEADER_SIZE];

    https_add_token(f, "first", "anna", ROLE_OPERATOR, token);
    snprintf(one, sizeof one, "%sIdempotency-Key: \"0123456789abcdef\"\r\n", token);
    https_add_token(f, "second", "anna", ROLE_OPERATOR, token);
    snprintf(two, sizeof two, "%sIdempotency-Key: \"0123456789abcdef\"\r\n", token);
    assert_int_equal(change(f, one, API "/groups", body), 200);
    ask(f, "POST", API "/groups/cellar/remove", NULL, 0);
    expect(f, "removed", 200, "", "");
    assert_int_equal(change(f, one, API "/groups", body), 200); // from what is kept
    ask(f, "GET", API "/groups/cellar", NULL, 0);
    expect(f, "still removed", 404, "", "");
    assert_int_equal(change(f, two, API "/groups", body), 200); // done
    ask(f, "GET", API "/groups/cellar", NULL, 0);
    expect(f, "made", 200, "\"set_by\":\"user anna\"", "");
}

struct old {
    const char *name, *hash;
};

static int put_old(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct old *old = ctx;
    struct user user;
    int rc = user_store_get(connection, old->name, &user, err);

    snprintf(user.password, sizeof user.password, "%s", old->hash);
    return rc < 0 ? rc : user_store_update(connection, &user, err);
}

// A hash that costs less than one has to is made anew when its password is known.
static void an_old_hash_is_renewed(void **state)
{
    static const struct old old = {"vera",
        "$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$1idRgu6ns74sljt005o5BblTKV7Jul0HPGT6aXWnXKY"};
    struct fixture *f = *state;
    struct store_connection *connection;
    struct user user;

    forgive(f);
    assert_int_equal(store_write(f->api.store, put_old, (void *)(uintptr_t)&old, NULL), 0);
    assert_int_equal(log_in(f, "vera", "wrong horse"), 401);
    assert_int_equal(log_in(f, "vera", "correct horse"), 200);
    assert_int_equal(store_read_begin(f->api.store, &connection, NULL), 0);
    assert_int_equal(user_store_get(connection, "vera", &user, NULL), 0);
    store_read_end(f->api.store, connection);
    assert_memory_equal(user.password, "$scrypt$ln=15,r=8,p=3$", 22);
    assert_int_equal(log_in(f, "vera", "correct horse"), 200);
}

static struct fixture *racing;
static int raced;

static void *log_in_meanwhile(void *ctx)
{
    char secret[OPERATOR_SECRET_SIZE];
    enum role role = ROLE_ANYBODY;
    unsigned wait_s = 0;

    raced = operator_login_run(&racing->operators, ctx, secret, &role, &wait_s, NULL);
    return NULL;
}

// One that is changed while the old one is judged lets nobody in any more.
static void the_password_is_judged_once_more_at_the_end(void **state)
{
    static const struct old none = {"anna", "$scrypt$none"};
    static const struct operator_login login = {"anna", HTTPS_PASSWORD, "192.0.2.9"};
    struct timespec look = {.tv_nsec = 1000000};
    struct fixture *f = racing = *state;
    struct operator_gate *gate = &f->operators.gate;
    pthread_t thread;
    size_t waiting = 0;

    assert_int_equal(operator_gate_enter(gate, 0, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, log_in_meanwhile, (void *)(uintptr_t)&login), 0);
    while (waiting == 0) {
        nanosleep(&look, NULL);
        pthread_mutex_lock(&gate->lock);
        waiting = gate->waiting;
        pthread_mutex_unlock(&gate->lock);
    }
    assert_int_equal(store_write(f->api.store, put_old, (void *)(uintptr_t)&none, NULL), 0);
    operator_gate_leave(gate);
    pthread_join(thread, NULL);
    assert_int_equal(raced, ERR_NOBODY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_in_gives_a_cookie_that_no_script_reads),
        cmocka_unit_test(who_is_not_known_and_who_errs_hear_the_same),
        cmocka_unit_test(log_ins_that_fail_are_slowed_and_leave_few_rows),
        cmocka_unit_test(no_more_log_in_at_once_than_may),
        cmocka_unit_test(another_password_ends_sessions),
        cmocka_unit_test(another_role_ends_sessions_and_what_may_do_more),
        cmocka_unit_test(the_last_administrator_stays),
        cmocka_unit_test(a_token_may_do_no_more_than_its_maker),
        cmocka_unit_test(keys_of_requests_are_each_ones_own),
        cmocka_unit_test(an_old_hash_is_renewed),
        cmocka_unit_test(the_password_is_judged_once_more_at_the_end),
    };

    return cmocka_run_group_tests(tests, start, https_fixture_stop);
}
