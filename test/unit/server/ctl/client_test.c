// Requests to a daemon that a thread plays on a socket in a folder of its own.
#include "test/unit/server/ctl/client_daemon.h"

// Asks a daemon that gives one reply. *answer is NULL unless the call succeeds.
static int ask_by(
    const char *method, const char *folder, const char *reply, json_t **answer, struct err *err)
{
    struct client_request request = {.method = method,
        .path = "/api/v1/../x?a=b",
        .body = (const uint8_t *)"{}",
        .size_bytes = 2};
    struct daemon daemon;
    struct client *client;

    *answer = NULL;
    start(&daemon, folder, reply);
    assert_int_equal(client_open(&daemon.target, &client, NULL), 0);

    int rc = client_call(client, &request, answer, err);

    stop(&daemon);
    client_close(client);
    assert_non_null(strstr(daemon.request, " /api/v1/../x?a=b HTTP/1.1\r\n")); // as it is
    assert_memory_equal(daemon.request, method, strlen(method));
    return rc;
}

static int ask(const char *folder, const char *reply, json_t **answer, struct err *err)
{
    return ask_by("GET", folder, reply, answer, err);
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
    for (int code = ERR_INVALID; code >= ERR_BUSY; code--) {
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

// What changes something is not repeated: it may have been done.
static void test_broken_off(void **state)
{
    json_t *answer;
    struct err err;

    assert_int_equal(ask_by("POST", *state, NULL, &answer, &err), ERR_UNAVAILABLE);
    assert_int_equal(ask_by("POST", *state,
                         "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n{\"a\":1}", &answer, &err),
        ERR_UNAVAILABLE);
}

static void test_unreachable(void **state)
{
    struct client_request request = {.method = "GET", .path = "/x"};
    struct client *client;
    struct err err;
    json_t *answer;
    char path[SCRATCH_PATH_SIZE];

    struct client_target target = {.socket = path};

    scratch_path(*state, "none", path);
    assert_int_equal(client_open(&target, &client, NULL), 0);
    assert_int_equal(client_call(client, &request, &answer, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.message, "is secureespd running"));
    request.path = NULL;
    assert_int_equal(client_call(client, &request, &answer, &err), ERR_NO_MEMORY);
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
    assert_int_equal(client_open(&daemon.target, &client, NULL), 0);
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
        assert_int_equal(client_open(&daemon.target, &client, NULL), 0);
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
        struct client_request request = {.method = "GET", .path = "/x"};
        struct daemon daemon;
        struct client *client;
        char *text;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        start(&daemon, *state, rows[i].reply);
        assert_int_equal(client_open(&daemon.target, &client, NULL), 0);
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
        TEST(test_page),
        TEST(test_unreachable),
        TEST(test_post),
        TEST(test_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
