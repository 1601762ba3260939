#ifndef TEST_UNIT_FIRMWARE_MQTT_FIXTURE_H
#define TEST_UNIT_FIRMWARE_MQTT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/mqtt.h"
#include "test/unit/firmware/fake_broker.h"

// A session of MQTT with the broker in memory, for the tests of it.

#define MAC "84f3eb012345"
#define TOPIC "/command/" MAC "/reboot"
#define QUIET 30 // steps without anything to do, after which nothing will come

struct fixture {
    struct fake_broker broker; // first
    struct port_ops ops;
    struct identity identity;
    struct settings settings;
    struct tls tls;
    struct mqtt mqtt;
    struct mqtt_packet_publish message;
    struct failure failure;
    unsigned heard; // messages
};

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fake_broker_init(&f->broker, &f->ops);
    fake_identity(&f->broker.server, MAC, &f->identity);
    snprintf(f->settings.mqtt.hosts[0], SETTINGS_HOST_SIZE, "localhost");
    f->settings.mqtt.ports[0] = FAKE_BROKER_PORT;
    assert_int_equal(tls_init(&f->tls, &f->broker.server.port.port, &f->identity, &f->failure), 0);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    tls_clear(&f->tls);
    identity_clear(&f->identity);
    fake_server_clear(&f->broker.server);
    free(f);
    return 0;
}

static inline void advance(struct fixture *f, uint32_t ms)
{
    f->broker.server.port.now_ms += ms;
}

// Steps until something other than STEP_AGAIN comes, or nothing does.
static inline int step(struct fixture *f)
{
    int rc = STEP_AGAIN;

    for (int i = 0; rc == STEP_AGAIN && i < QUIET; i++)
        rc = mqtt_step(&f->mqtt, &f->message, &f->failure);
    f->heard += rc == MQTT_STEP_MESSAGE;
    return rc;
}

static inline int start(struct fixture *f)
{
    mqtt_stop(&f->mqtt);
    assert_int_equal(mqtt_start(&f->mqtt, &f->tls, &f->settings, MAC, &f->failure), 0);
    return step(f);
}

static inline void start_online(struct fixture *f)
{
    assert_int_equal(start(f), MQTT_STEP_ONLINE);
    assert_int_equal(f->mqtt.phase, MQTT_ONLINE);
}

static inline void put(struct fixture *f, const char *bytes, size_t n)
{
    fake_broker_put(&f->broker, bytes, n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
