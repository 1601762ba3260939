// Requests that are repeated when their answer is lost, and those that are not.
#include "test/unit/server/ctl/client_daemon.h"

// A daemon that dies twice, once with the request in hand and once without.
struct dying {
    struct daemon daemon;
    char keys[2][80];
};

static void read_key(const char *request, char out[80])
{
    const char *key = strstr(request, "Idempotency-Key: \"");

    assert_non_null(key);
    snprintf(out, 80, "%.*s", (int)strcspn(key, "\r"), key);
}

static void *die_and_serve(void *ctx)
{
    struct dying *dying = ctx;

    for (int i = 0; i < 2; i++) {
        dying->daemon.reply =
            i == 0 ? NULL : "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n[]";
        serve(&dying->daemon);
        read_key(dying->daemon.request, dying->keys[i]);
    }
    return NULL;
}

static void test_what_is_done_once_is_asked_again(void **state)
{
    static struct dying dying;
    struct client *client;
    json_t *answer = NULL;
    struct client_request request = {.method = "POST",
        .path = "/api/v1/commands",
        .body = (const uint8_t *)"{\"x\":1}",
        .size_bytes = 7,
        .once = true};

    start_listening(&dying.daemon, *state);
    assert_int_equal(pthread_create(&dying.daemon.thread, NULL, die_and_serve, &dying), 0);
    assert_int_equal(client_open(&dying.daemon.target, &client, NULL), 0);
    assert_int_equal(client_call(client, &request, &answer, NULL), 0);
    stop(&dying.daemon);
    json_decref(answer);
    client_close(client);
    assert_string_equal(dying.keys[0], dying.keys[1]);
    assert_int_equal(strlen(dying.keys[0]), strlen("Idempotency-Key: \"\"") + 32);
}

// Two replies, the first of which breaks off.
static void *break_off_and_serve(void *ctx)
{
    struct daemon *daemon = ctx;
    const char *const replies[] = {
        daemon->reply, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[7]"};

    for (int i = 0; i < 2; i++) {
        daemon->reply = replies[i];
        serve(daemon);
    }
    return NULL;
}

static void start_breaking_off(struct daemon *daemon, const char *folder, const char *reply)
{
    start_listening(daemon, folder);
    daemon->reply = reply;
    assert_int_equal(pthread_create(&daemon->thread, NULL, break_off_and_serve, daemon), 0);
}

// Nothing of what came before is left.
static void test_what_changes_nothing_is_asked_again(void **state)
{
    static const char *const broken[] = {NULL,
        "HTTP/1.1 200 OK\r\nLink: <?cursor=c>; rel=\"next\"\r\nContent-Length: 70\r\n\r\n[1,"};

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct daemon daemon;
        struct client *client;
        struct client_page page;

        start_breaking_off(&daemon, *state, broken[i]);
        assert_int_equal(client_open(&daemon.target, &client, NULL), 0);
        assert_int_equal(client_get_page(client, "/x", &page, NULL), 0);
        stop(&daemon);
        client_close(client);
        assert_string_equal(page.text, "[7]");
        assert_null(page.next);
        free(page.text);
    }
}

static int take(const char *p, size_t n, void *ctx)
{
    (void)p;
    (void)n;
    (void)ctx;
    return 0;
}

// Who looks again by himself, or goes on from where he was, is told at once.
static void test_who_looks_again_is_told(void **state)
{
    struct client_request look = {.method = "GET", .path = "/x", .is_look = true};
    struct client_request feed = {.method = "GET", .path = "/x"};
    struct daemon daemon;
    struct client *client;
    json_t *answer = NULL;

    start(&daemon, *state, NULL);
    assert_int_equal(client_open(&daemon.target, &client, NULL), 0);
    assert_int_equal(client_call(client, &look, &answer, NULL), ERR_UNAVAILABLE);
    stop(&daemon);
    client_close(client);
    start(&daemon, *state, NULL);
    assert_int_equal(client_open(&daemon.target, &client, NULL), 0);
    assert_int_equal(client_feed(client, &feed, take, NULL, NULL), ERR_UNAVAILABLE);
    stop(&daemon);
    client_close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_done_once_is_asked_again),
        TEST(test_what_changes_nothing_is_asked_again),
        TEST(test_who_looks_again_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
