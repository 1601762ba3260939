// Where requests go.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/client_target.h"
#include "test/unit/server/base/scratch.h"

#define PIN "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static void test_choose(void **state)
{
    static const struct {
        struct client_target_words words;
        int rc;
        const char *server, *socket;
    } rows[] = {
        {{NULL, NULL, NULL, NULL}, 0, NULL, NULL},
        {{NULL, NULL, "", ""}, 0, NULL, NULL},
        {{NULL, NULL, NULL, "/s"}, 0, NULL, "/s"},
        {{NULL, NULL, "a", "/s"}, 0, "a", NULL},
        {{NULL, NULL, "a", NULL}, 0, "a", NULL},
        {{NULL, "/o", "a", "/s"}, 0, NULL, "/o"},
        {{"b", NULL, "a", "/s"}, 0, "b", NULL},
        {{"b", "/o", NULL, NULL}, ERR_INVALID, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *server = NULL;
        const char *socket = NULL;

        assert_int_equal(client_target_choose(&rows[i].words, &server, &socket, NULL), rows[i].rc);
        if (rows[i].rc < 0)
            continue;
        assert_true((server == NULL) == (rows[i].server == NULL));
        assert_true((socket == NULL) == (rows[i].socket == NULL));
        if (server != NULL)
            assert_string_equal(server, rows[i].server);
        if (socket != NULL)
            assert_string_equal(socket, rows[i].socket);
    }
}

static void put(const struct server_store *store, const char *name, const char *url)
{
    struct server_record record = {.pin = PIN, .user = "anna", .token = "ses_1"};

    snprintf(record.url, sizeof record.url, "%s", url);
    assert_int_equal(server_store_save(store, name, &record, NULL), 0);
}

static struct server_store two_servers(const char *folder)
{
    struct server_store store;

    snprintf(store.folder, sizeof store.folder, "%s/secureesp", folder);
    put(&store, "home", "https://home:9443");
    put(&store, "work", "https://work:9443");
    return store;
}

static void test_resolve(void **state)
{
    static const struct {
        const char *server, *socket, *usual; // NULL: none
        int rc;
        const char *place;
    } rows[] = {
        {NULL, NULL, NULL, 0, CLIENT_TARGET_SOCKET},
        {NULL, "/s", NULL, 0, "/s"},
        {NULL, NULL, "home", 0, "https://home:9443"},
        {NULL, "/s", "home", 0, "/s"},
        {"work", NULL, "home", 0, "https://work:9443"},
        {"https://work:9443", NULL, "home", 0, "https://work:9443"},
        {"HTTPS://WORK:9443/", NULL, NULL, 0, "https://work:9443"},
        {"https://other:9443", NULL, NULL, ERR_NOT_FOUND, NULL},
        {"http://work:9443", NULL, NULL, ERR_INVALID, NULL},
        {"other", NULL, NULL, ERR_NOT_FOUND, NULL},
        {"work:9443", NULL, NULL, ERR_INVALID, NULL},
        {"", NULL, NULL, ERR_INVALID, NULL},
    };
    struct server_store store = two_servers(*state);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct client_target target = {0};

        assert_int_equal(server_store_use(&store, rows[i].usual, NULL), 0);
        assert_int_equal(
            client_target_resolve(&store, rows[i].server, rows[i].socket, &target, NULL),
            rows[i].rc);
        if (rows[i].rc < 0)
            continue;
        assert_string_equal(client_target_place(&target), rows[i].place);
        assert_true((target.server.token[0] == '\0') == (target.socket != NULL));
    }
}

static void test_without_a_home(void **state)
{
    struct server_store store = {""};
    struct client_target target;

    (void)state;
    assert_int_equal(client_target_resolve(&store, NULL, NULL, &target, NULL), 0);
    assert_string_equal(target.socket, CLIENT_TARGET_SOCKET);
    assert_int_equal(client_target_resolve(&store, "home", NULL, &target, NULL), ERR_NOT_FOUND);
}

static void test_for_login(void **state)
{
    static const struct {
        const char *server, *name;
        int rc;
        const char *called, *url;
        bool is_new;
        bool is_known; // as another log-in has its key
    } rows[] = {
        {"https://new:9443", NULL, 0, "new", "https://new:9443", true, false},
        {"https://new:9443", "n", 0, "n", "https://new:9443", true, false},
        {"https://home:9443", NULL, 0, "home", "https://home:9443", false, true},
        {"https://home:9443", "home", 0, "home", "https://home:9443", false, true},
        {"https://home:9443", "second", 0, "second", "https://home:9443", true, true},
        {"https://home:9443", "work", ERR_CONFLICT, NULL, NULL, false, false},
        {"https://home:1", NULL, ERR_CONFLICT, NULL, NULL, false,
            false}, // another server of that name
        {"home", NULL, 0, "home", "https://home:9443", false, true},
        {"home", "work", ERR_INVALID, NULL, NULL, false, false},
        {"new", NULL, ERR_NOT_FOUND, NULL, NULL, false, false},
        {"https://new:9443", "a/b", ERR_INVALID, NULL, NULL, false, false},
    };
    struct server_store store = two_servers(*state);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct client_target target = {0};

        assert_int_equal(
            client_target_for_login(&store, rows[i].server, rows[i].name, &target, NULL),
            rows[i].rc);
        if (rows[i].rc < 0)
            continue;
        assert_string_equal(target.name, rows[i].called);
        assert_string_equal(target.server.url, rows[i].url);
        assert_true((target.server.token[0] == '\0') == rows[i].is_new);
        assert_true((target.server.pin[0] != '\0') == rows[i].is_known);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choose),
        TEST(test_resolve),
        cmocka_unit_test(test_without_a_home),
        TEST(test_for_login),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
