// What a client's threads have in common, without a broker.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <mqtt_protocol.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/mqtt/mqtt_shared.h"

static bool is_awake(struct mqtt_shared *shared)
{
    uint64_t count;

    return read(shared->wake_fd, &count, sizeof count) == sizeof count;
}

static void test_stop(void **state)
{
    struct mqtt_shared shared;

    (void)state;
    assert_int_equal(mqtt_shared_init(&shared), 0);
    assert_false(mqtt_shared_is_stopping(&shared));
    assert_false(is_awake(&shared)); // does not block
    mqtt_shared_wake(&shared);
    assert_false(mqtt_shared_is_stopping(&shared));
    assert_true(is_awake(&shared));
    mqtt_shared_stop(&shared);
    assert_true(mqtt_shared_is_stopping(&shared));
    assert_true(is_awake(&shared));
    mqtt_shared_clear(&shared);
}

// Only one that hangs in a connection attempt is left to itself.
static void test_abandon(void **state)
{
    struct mosquitto *mosq = (struct mosquitto *)&state; // which nobody looks into
    struct mqtt_shared shared;

    assert_int_equal(mqtt_shared_init(&shared), 0);
    assert_false(mqtt_shared_abandon(&shared));
    mqtt_shared_set(&shared, mosq, false);
    assert_false(mqtt_shared_abandon(&shared));
    assert_false(mqtt_shared_is_abandoned(&shared));
    mqtt_shared_set(&shared, mosq, true);
    assert_true(mqtt_shared_abandon(&shared));
    assert_true(mqtt_shared_is_abandoned(&shared));
    mqtt_shared_clear(&shared);
}

static void test_connected(void **state)
{
    struct mosquitto *mosq = (struct mosquitto *)&state;
    struct mqtt_shared shared;

    assert_int_equal(mqtt_shared_init(&shared), 0);
    assert_false(mqtt_shared_is_connected(&shared));
    mqtt_shared_set(&shared, mosq, false);
    assert_false(mqtt_shared_is_connected(&shared));
    mqtt_shared_set_connected(&shared);
    assert_true(mqtt_shared_is_connected(&shared));
    mqtt_shared_set(&shared, NULL, false); // nobody publishes on what is gone
    assert_false(mqtt_shared_is_connected(&shared));
    mqtt_shared_clear(&shared);
}

static void test_publish(void **state)
{
    struct mqtt_shared_message message = {.topic = "a", .payload = (const uint8_t *)"1", .n = 1};
    struct mqtt_shared shared;

    (void)state;
    assert_int_equal(mqtt_shared_init(&shared), 0);
    assert_int_equal(mqtt_shared_publish(&shared, &message), ERR_UNAVAILABLE);
    message.n = MQTT_MAX_PAYLOAD;
    assert_int_equal(mqtt_shared_publish(&shared, &message), ERR_UNAVAILABLE);
    message.n++;
    assert_int_equal(mqtt_shared_publish(&shared, &message), ERR_INVALID);
    assert_false(is_awake(&shared));
    mqtt_shared_clear(&shared);
}

static void test_no_descriptor(void **state)
{
    struct rlimit before;
    struct rlimit none;
    struct mqtt_shared shared;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);

    int rc = mqtt_shared_init(&shared);

    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(rc, ERR_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_abandon),
        cmocka_unit_test(test_connected),
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_no_descriptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
