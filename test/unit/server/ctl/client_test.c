// Requests to a daemon that a thread plays on a socket in a folder of its own.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/ctl/client.h"
#include "test/unit/server/base/scratch.h"

struct daemon {
    char path[100];
    const char *reply; // sent to whatever comes; NULL: the connection is closed
    char request[4096];
    int listener;
    pthread_t thread;
};

static void *serve(void *ctx)
{
    struct daemon *daemon = ctx;
    int fd = accept(daemon->listener, NULL, NULL);
    size_t n = 0;
    const char *end = NULL;

    // The requests of these tests have bodies that end in '}' or none.
    while (end == NULL && n < sizeof daemon->request - 1) {
        ssize_t r = recv(fd, daemon->request + n, sizeof daemon->request - 1 - n, 0);

        if (r <= 0)
            break;
        n += (size_t)r;
        daemon->request[n] = '\0';
        end = strstr(daemon->request, "\r\n\r\n");
        if (end != NULL && strncmp(daemon->request, "POST", 4) == 0 &&
            daemon->request[n - 1] != '}')
            end = NULL;
    }
    if (daemon->reply != NULL && send(fd, daemon->reply, strlen(daemon->reply), MSG_NOSIGNAL) < 0)
        daemon->request[0] = '\0';
    close(fd);
    return NULL;
}

static void start_listening(struct daemon *daemon, const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memset(daemon, 0, sizeof *daemon);
    snprintf(daemon->path, sizeof daemon->path, "%.80s/s", folder);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", daemon->path);
    unlink(daemon->path);
    daemon->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(daemon->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(daemon->listener, 1), 0);
}

static void start(struct daemon *daemon, const char *folder, const char *reply)
{
    start_listening(daemon, folder);
    daemon->reply = reply;
    assert_int_equal(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
}

static void stop(struct daemon *daemon)
{
    pthread_join(daemon->thread, NULL);
    close(daemon->listener);
}

// Asks a daemon that gives one reply. *answer is NULL unless the call succeeds.
static int ask(const char *folder, const char *reply, json_t **answer, struct err *err)
{
    struct client_request request = {.method = "GET", .path = "/api/v1/../x?a=b"};
    struct daemon daemon;
    struct client *client;

    *answer = NULL;
    start(&daemon, folder, reply);
    assert_int_equal(client_open(daemon.path, &client, NULL), 0);

    int rc = client_call(client, &request, answer, err);

    stop(&daemon);
    client_close(client);
    assert_memory_equal(daemon.request, "GET /api/v1/../x?a=b HTTP/1.1\r\n", 31); // as it is
    return rc;
}

static void test_answers(void **state)
{
    json_t *answer;
    struct err err;

    assert_int_equal(
        ask(*state, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}", &answer, &err), 0);
    assert_int_equal(json_integer_value(json_object_get(answer, "a")), 1);
    json_decref(answer);
    assert_int_equal(
        ask(*state, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{\"a", &answer, &err), ERR_IO);
    assert_int_equal(
        ask(*state, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &answer, &err), ERR_IO);
}

static void test_refusals(void **state)
{
    json_t *answer;
    struct err err;

    assert_int_equal(ask(*state,
                         "HTTP/1.1 404 Not Found\r\nContent-Length: 53\r\n\r\n"
                         "{\"detail\":\"no device x\",\"error\":{\"code\":\"not-found\"}}",
                         &answer, &err),
        ERR_NOT_FOUND);
    assert_string_equal(err.message, "no device x");
    assert_int_equal(
        ask(*state, "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", &answer, &err), ERR_IO);
    assert_non_null(strstr(err.message, "HTTP status 500"));
}

// Whatever the daemon says is wrong is what the command line goes by.
static void test_each_code(void **state)
{
    for (int code = ERR_INVALID; code >= ERR_REUSED; code--) {
        json_t *answer;
        struct err err;
        char body[128];
        char reply[256];
        int n = snprintf(body, sizeof body, "{\"detail\":\"m\",\"error\":{\"code\":\"%s\"}}",
            err_code_name(code));

        snprintf(reply, sizeof reply, "HTTP/1.1 400 No\r\nContent-Length: %d\r\n\r\n%s", n, body);
        assert_int_equal(ask(*state, reply, &answer, &err), code);
        assert_string_equal(err.message, "m");
    }
}

static void test_broken_off(void **state)
{
    json_t *answer;
    struct err err;

    assert_int_equal(ask(*state, NULL, &answer, &err), ERR_UNAVAILABLE);
    assert_int_equal(
        ask(*state, "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n{\"a\":1}", &answer, &err),
        ERR_UNAVAILABLE);
}

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
    assert_int_equal(client_open(dying.daemon.path, &client, NULL), 0);
    assert_int_equal(client_call(client, &request, &answer, NULL), 0);
    stop(&dying.daemon);
    json_decref(answer);
    client_close(client);
    assert_string_equal(dying.keys[0], dying.keys[1]);
    assert_int_equal(strlen(dying.keys[0]), strlen("Idempotency-Key: \"\"") + 32);
}

static void test_unreachable(void **state)
{
    struct client_request request = {.method = "GET", .path = "/"};
    struct client *client;
    struct err err;
    json_t *answer;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "none", path);
    assert_int_equal(client_open(path, &client, NULL), 0);
    assert_int_equal(client_call(client, &request, &answer, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.message, "is secureespd running"));
    request.path = NULL;
    assert_int_equal(client_call(client, &request, &answer, &err), ERR_INVALID);
    client_close(client);
    client_close(NULL);
}

static void test_post(void **state)
{
    struct daemon daemon;
    struct client *client;
    json_t *answer;
    struct client_request request = {
        .method = "POST",
        .path = "/api/v1/commands",
        .body = (const uint8_t *)"{\"x\":1}",
        .size_bytes = 7,
        .type = "application/json",
    };

    start(&daemon, *state, "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n[]");
    assert_int_equal(client_open(daemon.path, &client, NULL), 0);
    assert_int_equal(client_call(client, &request, &answer, NULL), 0);
    stop(&daemon);
    json_decref(answer);
    client_close(client);
    assert_memory_equal(daemon.request, "POST /api/v1/commands ", 22);
    assert_non_null(strstr(daemon.request, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(daemon.request, "Content-Length: 7\r\n"));
    assert_non_null(strstr(daemon.request, "\r\n\r\n{\"x\":1}"));
    assert_null(strstr(daemon.request, "Expect:"));
}

static void test_page(void **state)
{
    static const struct {
        const char *header, *next;
    } rows[] = {
        {"Link: <?limit=2&cursor=a.b>; rel=\"next\"\r\n", "?limit=2&cursor=a.b"},
        {"link: <?cursor=c>; rel=\"next\"\r\n", "?cursor=c"},
        {"Link: <?cursor=c>; rel=\"prev\"\r\n", NULL},
        {"", NULL},
    };
    struct daemon daemon;
    struct client *client;
    struct client_page page;
    char reply[200];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\n%sContent-Length: 3\r\n\r\n[]\n",
            rows[i].header);
        start(&daemon, *state, reply);
        assert_int_equal(client_open(daemon.path, &client, NULL), 0);
        assert_int_equal(client_get_page(client, "/x?limit=2", &page, NULL), 0);
        stop(&daemon);
        client_close(client);
        assert_string_equal(page.text, "[]\n");
        assert_int_equal(page.n, 3);
        assert_int_equal(page.next != NULL, rows[i].next != NULL);
        if (page.next != NULL)
            assert_string_equal(page.next, rows[i].next);
        free(page.text);
        free(page.next);
    }
}

// As it came, and as lines; a refusal is none of it.
static void test_stream(void **state)
{
    static const struct {
        const char *reply;
        int rc;
        const char *text;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[ 1, 2.0]", 0, "[ 1, 2.0]\n"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[]\n", 0, "[]\n"},
        {"HTTP/1.1 404 No\r\nContent-Length: 43\r\n\r\n"
         "{\"detail\":\"m\",\"error\":{\"code\":\"not-found\"}}",
            ERR_NOT_FOUND, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct client_request request = {.method = "GET", .path = "/"};
        struct daemon daemon;
        struct client *client;
        char *text;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        start(&daemon, *state, rows[i].reply);
        assert_int_equal(client_open(daemon.path, &client, NULL), 0);
        assert_int_equal(client_stream(client, &request, out, NULL), rows[i].rc);
        stop(&daemon);
        client_close(client);
        fclose(out);
        assert_string_equal(text, rows[i].text);
        free(text);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_answers),
        TEST(test_refusals),
        TEST(test_each_code),
        TEST(test_broken_off),
        TEST(test_what_is_done_once_is_asked_again),
        TEST(test_page),
        TEST(test_unreachable),
        TEST(test_post),
        TEST(test_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
