// Who may what: each route, of which none can be forgotten, for each who may ask.
#include "test/unit/server/api/https_fixture.h"

// What is shown; the last two are of roles, too, but no more.
enum shown {
    NOBODY,
    VIEWER,
    OPERATOR,
    ADMINISTRATOR,
    COOKIE,
    CERTIFICATE,
    ENDED,
    OUT,
    DEVICE,
    ALL
};

static const struct {
    const char *name;
    enum role role; // ROLE_ANYBODY: it is worth nothing
} columns[ALL] = {
    [NOBODY] = {"nobody", ROLE_ANYBODY},
    [VIEWER] = {"a viewer's token", ROLE_VIEWER},
    [OPERATOR] = {"an operator's token", ROLE_OPERATOR},
    [ADMINISTRATOR] = {"an administrator's token", ROLE_ADMINISTRATOR},
    [COOKIE] = {"a viewer's session", ROLE_VIEWER},
    [CERTIFICATE] = {"an operator's certificate", ROLE_OPERATOR},
    [ENDED] = {"a token that has ended", ROLE_ANYBODY},
    [OUT] = {"a session that has ended", ROLE_ANYBODY},
    [DEVICE] = {"a device's certificate", ROLE_ANYBODY},
};

static char headers[ALL][2 * HTTPS_HEADER_SIZE];

static int add_ended(struct store_connection *connection, void *ctx, struct err *err)
{
    int64_t now_ms = clock_now_ms();
    struct user_token token = {.name = "ended", .role = ROLE_ADMINISTRATOR, .ends_at_ms = now_ms};
    struct user_session session = {
        .user = "root", .created_at_ms = now_ms - 2000000, .used_at_ms = now_ms - 1800001};
    char *secrets = ctx;
    int rc;

    operator_secret_hash(secrets, token.hash);
    operator_secret_hash(secrets + OPERATOR_SECRET_SIZE, session.hash);
    rc = user_token_store_add(connection, &token, err);
    return rc < 0 ? rc : user_session_store_add(connection, &session, err);
}

static void log_in(struct fixture *f)
{
    https_log_in(f, "vera", HTTPS_PASSWORD, headers[COOKIE]);
    strcat(headers[COOKIE], HTTPS_OWN);
}

static int start(void **state)
{
    static char secrets[2][OPERATOR_SECRET_SIZE];
    struct fixture *f;
    struct err err = {0};
    int rc = https_fixture_start(state);

    if (rc != 0)
        return rc;
    f = *state;
    https_add_user(f, "root", ROLE_ADMINISTRATOR);
    https_add_user(f, "vera", ROLE_VIEWER);
    https_add_user(f, "cert", ROLE_OPERATOR);
    https_add_token(f, "viewer", "root", ROLE_VIEWER, headers[VIEWER]);
    https_add_token(f, "operator", "root", ROLE_OPERATOR, headers[OPERATOR]);
    https_add_token(f, "administrator", "root", ROLE_ADMINISTRATOR, headers[ADMINISTRATOR]);
    log_in(f);
    if (operator_secret_make_token(secrets[0], &err) < 0 ||
        operator_secret_make_session(secrets[1], &err) < 0 ||
        store_write(f->api.store, add_ended, secrets, &err) < 0)
        return -1;
    snprintf(headers[ENDED], sizeof headers[ENDED], "Authorization: Bearer %s\r\n", secrets[0]);
    snprintf(
        headers[OUT], sizeof headers[OUT], "Cookie: __Host-secureesp=%s\r\n" HTTPS_OWN, secrets[1]);
    return rotation_watch_open(f->api.store, f->auth, &f->api.rotation, &err);
}

static int stop(void **state)
{
    struct fixture *f = *state;

    rotation_watch_close(f->api.rotation);
    return https_fixture_stop(state);
}

// A target of the pattern. What it names is not there.
static void fill_in(const char *pattern, char *out, size_t size)
{
    size_t n = 0;

    for (; *pattern != '\0' && n + 6 < size; pattern++) {
        if (*pattern == ':')
            n += (size_t)snprintf(out + n, size - n, "x%zu", n);
        else
            out[n++] = *pattern;
    }
    out[n] = '\0';
}

static void check_cell(struct fixture *f, const struct api_endpoint *endpoint, enum shown shown)
{
    const char *method = endpoint->route->methods & HTTP_GET ? "GET" : "POST";
    gnutls_certificate_credentials_t as =
        shown == CERTIFICATE ? https.operator: shown == DEVICE ? https.device : https.none;
    char target[160];

    fill_in(endpoint->route->pattern, target, sizeof target);

    int status = https_ask(f, as, method, target, headers[shown], endpoint->has_body ? "{}" : "");
    bool is_let_in = status != 0 && status != 401 && strstr(f->answer, "for the role") == NULL;
    bool may = endpoint->role <= columns[shown].role;
    bool is_known = columns[shown].role != ROLE_ANYBODY || endpoint->role == ROLE_ANYBODY;

    if (is_let_in != may)
        fail_msg("%s %s is %s for %s: %s", method, target, may ? "closed" : "open",
            columns[shown].name, f->answer);
    if (!may && status != (is_known ? 403 : 401))
        fail_msg("%s %s for %s: %s", method, target, columns[shown].name, f->answer);
    if (status == 401 && strstr(f->answer, "\r\nWWW-Authenticate: Bearer\r\n") == NULL)
        fail_msg("%s %s says not how: %s", method, target, f->answer);
    if (shown == COOKIE && strcmp(target, "/api/v1/session/end") == 0)
        log_in(f);
}

// By handlers alone: whoever is let in by the handshake.
static void each_route_is_for_its_role(void **state)
{
    struct fixture *f = *state;
    struct api_endpoint endpoint;
    size_t open = 0;
    size_t cells = 0;

    https_serve(f, tls_fixture_take_all);
    for (size_t i = 0; api_describe_endpoint(i, &endpoint); i++) {
        open += endpoint.role == ROLE_ANYBODY;
        for (int shown = 0; shown < ALL; shown++, cells++)
            check_cell(f, &endpoint, (enum shown)shown);
    }
    assert_int_equal(open, 4); // logging in, and the page
    print_message("%zu cells\n", cells);
}

static void a_devices_certificate_fails_in_the_handshake(void **state)
{
    gnutls_certificate_credentials_t monitor;
    struct fixture *f = *state;

    https_serve(f, operator_auth_verify);
    https_certify("mon", "monitor", NULL, &monitor);
    assert_int_equal(https_ask(f, https.operator, "GET", "/api/v1/session", "", ""), 200);
    assert_non_null(
        strstr(f->answer, "{\"name\":\"cert\",\"role\":\"operator\",\"how\":\"certific"));
    assert_int_equal(https_ask(f, https.device, "GET", "/api/v1/session", "", ""), 0);
    assert_int_equal(https_ask(f, monitor, "GET", "/api/v1/session", "", ""), 0);
    gnutls_certificate_free_credentials(monitor);
}

static int ask_hold(struct fixture *f, gnutls_certificate_credentials_t as, const char *with)
{
    return https_ask(f, as, "POST", "/api/v1/devices/84f3eb000001/tags", with, "{}");
}

// What a browser sends by itself must come from a page of the server's own.
static void what_a_foreign_page_sends_is_refused(void **state)
{
    static const struct {
        const char *says;
        bool with_cookie, with_certificate;
    } rows[] = {
        {"", false, true},
        {HTTPS_OWN, true, true},
        {"Sec-Fetch-Site: same-origin\r\n", true, true},
        {HTTPS_OWN "Sec-Fetch-Site: same-origin\r\n", true, true},
        {HTTPS_OWN "Sec-Fetch-Site: cross-site\r\n", false, false},
        {"Sec-Fetch-Site: same-site\r\n", false, false},
        {"Sec-Fetch-Site: none\r\n", false, false},
        {"Origin: https://evil.example\r\n", false, false},
        {"Origin: https://evil.example\r\nSec-Fetch-Site: same-origin\r\n", false, false},
        {"Origin: http://" HTTPS_HOST "\r\n", false, false},
        {"Origin: https://" HTTPS_HOST ".evil.example\r\n", false, false},
        {"Origin: null\r\n", false, false},
        {HTTPS_OWN HTTPS_OWN, false, false},
    };
    struct fixture *f = *state;
    char cookie[HTTPS_HEADER_SIZE];
    char token[HTTPS_HEADER_SIZE];
    char with[512];

    https_add_user(f, "otto", ROLE_OPERATOR);
    https_log_in(f, "otto", HTTPS_PASSWORD, cookie);
    https_add_token(f, "otto", "otto", ROLE_OPERATOR, token);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(with, sizeof with, "%s%s", cookie, rows[i].says);
        if ((ask_hold(f, https.none, with) == 403) == rows[i].with_cookie)
            fail_msg("cookie, %s: %s", rows[i].says, f->answer);
        if ((ask_hold(f, https.operator, rows[i].says) == 403) == rows[i].with_certificate)
            fail_msg("certificate, %s: %s", rows[i].says, f->answer);
        snprintf(with, sizeof with, "%s%s", token, rows[i].says);
        assert_int_not_equal(ask_hold(f, https.none, with), 403); // no browser sends it by itself
        snprintf(with, sizeof with, "%s%s", cookie, rows[i].says);
        assert_int_equal(https_ask(f, https.none, "GET", "/api/v1/status", with, ""), 200);
    }
    assert_int_equal(https_ask(f, https.none, "POST", "/api/v1/session",
                         "Origin: https://evil.example\r\n", "{}"),
        403);
}

// A bad one is not passed over for another, nor is one of two.
static void what_is_shown_is_one_thing(void **state)
{
    struct fixture *f = *state;
    const char *token = headers[ADMINISTRATOR];
    char with[4 * HTTPS_HEADER_SIZE];

    snprintf(with, sizeof with, "%s%s", headers[ENDED], headers[COOKIE]);
    assert_int_equal(https_ask(f, https.operator, "GET", "/api/v1/status", with, ""), 401);
    snprintf(with, sizeof with, "%s%s", token, token);
    assert_int_equal(https_ask(f, https.none, "GET", "/api/v1/status", with, ""), 401);
    snprintf(with, sizeof with, "%s%s", headers[COOKIE], headers[COOKIE]);
    assert_int_equal(https_ask(f, https.none, "GET", "/api/v1/status", with, ""), 401);
    assert_int_equal(https_ask(f, https.operator, "GET", "/api/v1/status", headers[OUT], ""), 401);
    assert_int_equal(https_ask(f, https.none, "GET", "/api/v1/status",
                         "Cookie: a=b\r\nAuthorization: Basic cm9vdDpyb290\r\n", ""),
        401);
    assert_int_equal(https_ask(f, https.none, "GET", "/api/v1/status", token, ""), 200);
}

// Before its body comes: of who may not there is none, and of a log-in a small one.
static void no_body_is_taken_of_nobody(void **state)
{
    struct fixture *f = *state;
    char large[API_SMALL_BODY + 2];

    memset(large, ' ', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_int_equal(https_ask(f, https.none, "POST", "/api/v1/images", "", large), 401);
    assert_int_equal(
        https_ask(f, https.none, "POST", "/api/v1/images", headers[VIEWER], large), 403);
    assert_int_equal(
        https_ask(f, https.none, "POST", "/api/v1/images", headers[OPERATOR], large), 400);
    assert_int_equal(https_ask(f, https.none, "POST", "/api/v1/session", "", large), 413);
    large[sizeof large - 2] = '\0';
    assert_int_equal(https_ask(f, https.none, "POST", "/api/v1/session", "", large), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_route_is_for_its_role),
        cmocka_unit_test(a_devices_certificate_fails_in_the_handshake),
        cmocka_unit_test(what_a_foreign_page_sends_is_refused),
        cmocka_unit_test(what_is_shown_is_one_thing),
        cmocka_unit_test(no_body_is_taken_of_nobody),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
