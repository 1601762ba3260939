// The client against a real broker with TLS.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "test/unit/server/mqtt/mqtt_client_fixture.h"

static void test_messages_go_and_come(void **state)
{
    static const uint8_t binary[] = {'x', 0, 0xff, 'y'};
    struct fixture *f = *state;
    struct mqtt_client *client = fixture_start(f, &f->settings);

    fixture_wait_for(f, &f->connections, 1);
    assert_int_equal(mqtt_client_publish(client, "/a/1", binary, sizeof binary), 0);
    assert_int_equal(mqtt_client_publish(client, "/c/unsubscribed", binary, sizeof binary), 0);
    assert_int_equal(mqtt_client_publish(client, "/b/1/c", NULL, 0), 0);
    fixture_wait_for_messages(f, 2);
    assert_string_equal(f->messages[0].topic, "/a/1");
    assert_int_equal(f->messages[0].n, sizeof binary);
    assert_memory_equal(f->messages[0].payload, binary, sizeof binary);
    assert_false(f->messages[0].retained);
    assert_string_equal(f->messages[1].topic, "/b/1/c");
    assert_int_equal(f->messages[1].n, 0);
    assert_int_equal(f->count, 2);
    assert_int_equal(mqtt_client_publish(client, "/a/#", binary, 1), ERR_INVALID);
    assert_int_equal(mqtt_client_publish(client, "/a/\xff", binary, 1), ERR_INVALID);
    assert_int_equal(mqtt_client_publish(client, "", binary, 1), ERR_INVALID);
    mqtt_client_free(client);
    assert_int_equal(fixture_failures(f), 0);
}

// What the broker itself says.
static void test_hears(void **state)
{
    static const char *const hears[] = {"/broker/#", NULL};
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;

    settings.hears = hears;

    struct mqtt_client *client = fixture_start(f, &settings);

    fixture_wait_for(f, &f->connections, 1);
    assert_int_equal(mqtt_client_publish(client, "/broker/x/y", NULL, 0), 0);
    fixture_wait_for_messages(f, 1);
    assert_string_equal(f->messages[0].topic, "/broker/x/y");
    mqtt_client_free(client);
}

// What others say: it does not wait for a client that is away, but for what is retained.
static void test_overhears(void **state)
{
    static const char *const overhears[] = {"x/+", NULL};
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;
    struct mqtt_settings others = f->settings;
    struct mqtt_client *client;
    struct mqtt_client *other;

    settings.overhears = overhears;
    others.client_id = "other";
    client = fixture_start(f, &settings);
    fixture_wait_for(f, &f->connections, 1);
    assert_int_equal(mqtt_client_retain(client, "x/kept", (const uint8_t *)"1", 1), 0);
    fixture_wait_for_messages(f, 1);
    assert_false(f->messages[0].retained);
    mqtt_client_free(client);
    other = fixture_start(f, &others);
    fixture_wait_for(f, &f->connections, 2);
    assert_int_equal(mqtt_client_publish(other, "x/y", (const uint8_t *)"2", 1), 0);
    mqtt_client_free(other);
    client = fixture_start(f, &settings);
    fixture_wait_for_messages(f, 2);
    assert_string_equal(f->messages[1].topic, "x/kept");
    assert_true(f->messages[1].retained);
    assert_int_equal(mqtt_client_retain(client, "x/kept", NULL, 0), 0);
    fixture_wait_for_messages(f, 3);
    assert_string_equal(f->messages[2].topic, "x/kept");
    assert_int_equal(f->messages[2].n, 0);
    mqtt_client_free(client);
}

static void test_many_at_once(void **state)
{
    struct fixture *f = *state;
    struct mqtt_client *client = fixture_start(f, &f->settings);

    fixture_wait_for(f, &f->connections, 1);
    for (int i = 0; i < MESSAGES_MAX; i++) {
        char text[16];
        int n = snprintf(text, sizeof text, "%d", i);

        assert_int_equal(mqtt_client_publish(client, "/a/n", (uint8_t *)text, (size_t)n), 0);
    }
    fixture_wait_for_messages(f, MESSAGES_MAX);
    for (int i = 0; i < MESSAGES_MAX; i++)
        assert_int_equal(strtol((char *)f->messages[i].payload, NULL, 10), i);
    mqtt_client_free(client);
}

static void test_retained_is_marked(void **state)
{
    struct fixture *f = *state;
    char script[512];

    snprintf(script, sizeof script,
        "for i in 1 2 3 4 5 6 7 8 9; do mosquitto_pub -h localhost -p %u --cafile ca.crt"
        " --cert client2.crt --key client2.key -q 1 -r -t /a/r -m old && break; sleep 0.2; done",
        f->broker.port);
    assert_int_equal(broker_shell(f->folder, script), 0);

    struct mqtt_client *client = fixture_start(f, &f->settings);

    fixture_wait_for_messages(f, 1);
    assert_true(f->messages[0].retained);
    mqtt_client_free(client);
}

// The daemon may start before the broker, and outlive it.
static void test_comes_back(void **state)
{
    struct fixture *f = *state;

    broker_stop(&f->broker);

    struct mqtt_client *client = fixture_start(f, &f->settings);

    fixture_wait_for(f, &f->failures, 1);
    assert_int_equal(mqtt_client_publish(client, "/a/1", NULL, 0), ERR_UNAVAILABLE);
    assert_int_equal(broker_start(&f->broker), 0);
    fixture_wait_for(f, &f->connections, 1);
    broker_stop(&f->broker);
    fixture_wait_for(f, &f->failures, 2);
    assert_int_equal(mqtt_client_publish(client, "/a/1", NULL, 0), ERR_UNAVAILABLE);
    assert_int_equal(broker_start(&f->broker), 0);
    fixture_wait_for(f, &f->connections, 2);
    assert_int_equal(mqtt_client_publish(client, "/a/1", NULL, 0), 0);
    fixture_wait_for_messages(f, 1); // subscribed again
    assert_int_equal(f->count, 1);
    mqtt_client_free(client);
}

static void test_reload_takes_the_new_certificate(void **state)
{
    struct fixture *f = *state;
    struct mqtt_client *client = fixture_start(f, &f->settings);
    struct err err = {0};

    fixture_wait_for(f, &f->connections, 1);
    assert_true(broker_logged(&f->broker, "u'client'"));
    assert_int_equal(broker_shell(f->folder, "echo nonsense >own.crt"), 0);
    assert_int_equal(mqtt_client_reload(client, &err), ERR_INVALID);
    assert_int_equal(broker_shell(f->folder, "rm own.crt"), 0);
    assert_int_equal(mqtt_client_reload(client, &err), ERR_NOT_FOUND);
    assert_int_equal(broker_shell(f->folder, "cp client2.crt own.crt; cp client2.key own.key"), 0);
    assert_int_equal(mqtt_client_reload(client, &err), 0);
    assert_int_equal(mqtt_client_publish(client, "/a/1", NULL, 0), 0);
    fixture_wait_for_messages(f, 1); // the connection is still the same
    assert_int_equal(fixture_failures(f), 0);
    assert_false(broker_logged(&f->broker, "u'client2'"));
    broker_stop(&f->broker);
    assert_int_equal(broker_start(&f->broker), 0);
    fixture_wait_for(f, &f->connections, 2);
    assert_true(broker_logged(&f->broker, "u'client2'"));
    mqtt_client_free(client);
}

static void expect_failure(
    struct fixture *f, const struct mqtt_settings *settings, const char *reason)
{
    struct mqtt_client *client = fixture_start(f, settings);

    fixture_wait_for_reason(f, reason);
    assert_int_equal(f->connections, 0);
    mqtt_client_free(client);
}

static void test_a_new_authority_replaces_the_old(void **state)
{
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;
    char ca[SCRATCH_PATH_SIZE];
    struct err err = {0};

    scratch_path(f->folder, "trusted.crt", ca);
    settings.ca_file = ca;
    assert_int_equal(broker_shell(f->folder, "cp ca.crt trusted.crt"), 0);

    struct mqtt_client *client = fixture_start(f, &settings);

    fixture_wait_for(f, &f->connections, 1);
    assert_int_equal(broker_shell(f->folder, "cp other.crt trusted.crt"), 0);
    assert_int_equal(mqtt_client_reload(client, &err), 0);
    broker_stop(&f->broker);
    assert_int_equal(broker_start(&f->broker), 0);
    fixture_wait_for_reason(f, "certificate verify failed");
    assert_int_equal(f->connections, 1);
    mqtt_client_free(client);
}

static void test_wrong_name_is_refused(void **state)
{
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;

    settings.host = "127.0.0.1";
    expect_failure(f, &settings, "host name verification failed");
}

static void test_wrong_authority_is_refused(void **state)
{
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;
    char ca[SCRATCH_PATH_SIZE];

    scratch_path(f->folder, "other.crt", ca);
    settings.ca_file = ca;
    expect_failure(f, &settings, "certificate verify failed");
}

static void test_key_of_another_certificate(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(broker_shell(f->folder, "cp client2.key own.key"), 0);
    expect_failure(f, &f->settings, "key");
}

static void test_unusable_files(void **state)
{
    struct fixture *f = *state;
    struct mqtt_client *client = NULL;
    struct mqtt_settings settings = f->settings;
    struct err err = {0};

    settings.ca_file = "/nonexistent/ca.crt";
    assert_int_equal(mqtt_client_start(&settings, &f->callbacks, &client, &err), ERR_NOT_FOUND);
    settings.ca_file = f->key; // a key is no certificate
    assert_int_equal(mqtt_client_start(&settings, &f->callbacks, &client, &err), ERR_INVALID);
    assert_null(client);
    mqtt_client_free(NULL);
}

static void test_reset_during_the_handshake(void **state)
{
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;
    int fd = fixture_listen(&settings.port);
    struct mqtt_client *client = fixture_start(f, &settings);
    int peer = accept(fd, NULL, NULL);
    char byte;

    assert_int_equal(recv(peer, &byte, 1, 0), 1);
    fixture_reset(peer);
    fixture_wait_for(f, &f->failures, 1);
    mqtt_client_free(client);
    close(fd);
}

static void test_free_during_the_handshake(void **state)
{
    struct fixture *f = *state;
    struct mqtt_settings settings = f->settings;
    int fd = fixture_listen(&settings.port);
    struct mqtt_client *client = fixture_start(f, &settings);
    int peer = accept(fd, NULL, NULL);
    int64_t start_ms = clock_monotonic_ms();

    mqtt_client_free(client);
    assert_true(clock_monotonic_ms() - start_ms < 4000);
    close(peer);
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_messages_go_and_come),
        TEST(test_hears),
        TEST(test_overhears),
        TEST(test_many_at_once),
        TEST(test_retained_is_marked),
        TEST(test_comes_back),
        TEST(test_reload_takes_the_new_certificate),
        TEST(test_a_new_authority_replaces_the_old),
        TEST(test_wrong_name_is_refused),
        TEST(test_wrong_authority_is_refused),
        TEST(test_key_of_another_certificate),
        TEST(test_unusable_files),
        TEST(test_reset_during_the_handshake),
        TEST(test_free_during_the_handshake),
    };

    return cmocka_run_group_tests(tests, fixture_set_up_group, fixture_tear_down_group);
}
