// What came with QoS 1 against a real broker: it is acknowledged once it has been kept, and not
// before.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "test/unit/server/mqtt/mqtt_client_fixture.h"

#define SLOW_S 7 // longer than the client waits for a connection attempt that hangs

static atomic_uint asked;
static atomic_bool can_keep;
static atomic_bool is_slow, is_under_way;

static bool keep(void *ctx)
{
    (void)ctx;
    asked++;
    is_under_way = true;
    if (is_slow)
        sleep(SLOW_S);
    is_under_way = false;
    return can_keep;
}

static struct mqtt_client *start(struct fixture *f, const char *client_id)
{
    struct mqtt_settings settings = f->settings;
    struct mqtt_callbacks callbacks = f->callbacks;
    struct mqtt_client *client = NULL;
    struct err err = {0};

    settings.client_id = client_id;
    callbacks.on_receipt = keep;
    if (mqtt_client_start(&settings, &callbacks, &client, &err) < 0)
        fail_msg("%s", err.message);
    fixture_wait_for(f, &f->connections, 1);
    return client;
}

// Somebody says something to the client, whose own connection keeps still.
static void say(struct fixture *f)
{
    char command[1024];

    snprintf(command, sizeof command,
        "mosquitto_pub -h localhost -p %u --cafile ca.crt --cert client.crt --key client.key"
        " -i speaker -q 1 -t /a/1 -m x",
        (unsigned)f->settings.port);
    assert_int_equal(broker_shell(f->folder, command), 0);
    fixture_wait_for_messages(f, 1);
}

static void forget(struct fixture *f)
{
    pthread_mutex_lock(&f->mutex);
    f->connections = 0;
    f->count = 0;
    pthread_mutex_unlock(&f->mutex);
}

// One that ends before it has kept a message hears it again; one that has kept it does not.
static void test_kept_or_told_again(void **state)
{
    struct fixture *f = *state;
    struct mqtt_client *client = start(f, "keeps");

    can_keep = false;
    say(f);
    mqtt_client_free(client);
    assert_true(asked > 0);
    forget(f);
    can_keep = true;
    client = start(f, "keeps");
    fixture_wait_for_messages(f, 1);
    mqtt_client_free(client);
    forget(f);
    client = start(f, "keeps");
    assert_int_equal(mqtt_client_publish(client, "/a/2", NULL, 0), 0); // behind anything older
    fixture_wait_for_messages(f, 1);
    assert_string_equal(f->messages[0].topic, "/a/2");
    mqtt_client_free(client);
}

// Who frees the client waits for what it is keeping, since what that needs is freed next.
static void test_waits_for_keeping(void **state)
{
    struct fixture *f = *state;
    struct mqtt_client *client = start(f, "slow");

    can_keep = is_slow = true;
    say(f);
    for (int i = 0; i < 1000 && !is_under_way; i++)
        usleep(10000);
    assert_true(is_under_way);
    mqtt_client_free(client);
    assert_false(is_under_way);
    is_slow = false;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kept_or_told_again, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_waits_for_keeping, fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, fixture_set_up_group, fixture_tear_down_group);
}
