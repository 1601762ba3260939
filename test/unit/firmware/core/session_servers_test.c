// Tests of a device that is told of two brokers and two download servers.
#include "firmware/core/session.h"

#include "test/unit/firmware/device_fixture.h"

#define EVENT "/event/" FAKE_MAC
#define WAIT_MS 20000 // its waittimeout
#define BROKER2 8884
#define DOWNLOAD1 443
#define DOWNLOAD2 444
#define OPENED_MAX 64
#define CONFIG                                                                                     \
    FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\",\"mqttserver2\":\"localhost\","                 \
                     "\"mqttport2\":8884,\"downloadserver2\":\"localhost\",\"downloadport2\":444}"

enum { AVAILABLE, DEAD, SILENT, REFUSING };

// How the servers behave, by their ports, and which were asked.
static struct {
    int broker1;
    int broker2;
    int download1;
    int download2;
    uint16_t opened[OPENED_MAX];
    unsigned count;
    int now; // how the one behaves that was asked last
} net;

static int behaviour(uint16_t tcp_port)
{
    switch (tcp_port) {
    case FAKE_BROKER_PORT: return net.broker1;
    case BROKER2: return net.broker2;
    case DOWNLOAD1: return net.download1;
    default: return net.download2;
    }
}

static int open_stream(struct port *port, const char *host, uint16_t tcp_port)
{
    struct fake_device *f = fake_device_of(port);
    bool is_broker = tcp_port == FAKE_BROKER_PORT || tcp_port == BROKER2;

    assert_true(net.count < OPENED_MAX);
    net.opened[net.count++] = tcp_port;
    net.now = behaviour(tcp_port);
    f->broker.connack_code = net.now == REFUSING ? 5 : 0;
    if (net.now == DEAD)
        return PORT_FAILED;
    return fake_broker_open(port, host, is_broker ? FAKE_BROKER_PORT : tcp_port);
}

static int is_stream_ready(struct port *port)
{
    if (net.now != SILENT)
        return fake_stream_ready(port);
    fake(port)->now_ms += 100; // which is all that happens
    return PORT_AGAIN;
}

static int setup_two(void **state)
{
    struct fake_device *f = fake_device_new();

    *state = f;
    memset(&net, 0, sizeof net);
    f->ops.stream_open = open_stream;
    f->ops.stream_ready = is_stream_ready;
    fake_device_put_file(f, "config.json", CONFIG);
    return 0;
}

static void expect_opened(const uint16_t *ports, unsigned count)
{
    assert_int_equal(net.count, count);
    assert_memory_equal(net.opened, ports, count * sizeof *ports);
    net.count = 0;
}

#define EXPECT_OPENED(...)                                                                         \
    expect_opened((const uint16_t[]){__VA_ARGS__},                                                 \
        sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))

static bool is_offline(struct fake_device *f)
{
    return f->device.state != DEVICE_BROKER;
}

static void lose(struct fake_device *f)
{
    f->broker.server.is_closed = true;
    assert_true(fake_device_run(f, 1000, is_offline));
}

// Whatever it is that fails with the first, the second has its turn, and keeps it until it fails.
static void test_brokers(void **state)
{
    static const int ways[] = {DEAD, SILENT, REFUSING};
    struct fake_device *f = *state;

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        net.broker1 = AVAILABLE;
        assert_int_equal(fake_device_start(f), 0);
        assert_true(fake_device_run(f, 3 * FAKE_WAIT_MS, fake_device_is_idle));
        EXPECT_OPENED(FAKE_BROKER_PORT);
        net.broker1 = ways[i];
        lose(f);
        assert_true(fake_device_run(f, 3 * FAKE_WAIT_MS, fake_device_is_idle));
        EXPECT_OPENED(FAKE_BROKER_PORT, BROKER2); // each failure is told, too
        assert_false(f->device.tls.resuming);
        net.broker1 = AVAILABLE;
        lose(f);
        assert_true(fake_device_run(f, 3 * FAKE_WAIT_MS, fake_device_is_idle));
        EXPECT_OPENED(BROKER2);
        assert_true(f->device.tls.resuming);
        net.broker2 = ways[i];
        lose(f);
        assert_true(fake_device_run(f, 3 * FAKE_WAIT_MS, fake_device_is_idle));
        EXPECT_OPENED(BROKER2, FAKE_BROKER_PORT);
        net.broker2 = AVAILABLE;
        assert_int_equal(f->reboots, 0);
    }
}

// A certificate that is not the host's is a failure like another.
static void test_name(void **state)
{
    struct fake_device *f = *state;

    fake_device_put_file(f, "config.json",
        FAKE_CONFIG_HEAD "\"mqttserver\":\"elsewhere.example\",\"mqttserver2\":\"localhost\"}");
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    EXPECT_OPENED(FAKE_BROKER_PORT, FAKE_BROKER_PORT);
    assert_int_equal(fake_device_count(f, 0, EVENT, "certificate-name"), 1);
}

// Each of them has waittimeout; then the device restarts as ever, and begins with the first.
static void test_patience(void **state)
{
    struct fake_device *f = *state;

    net.broker1 = net.broker2 = DEAD;
    assert_int_equal(fake_device_start(f), 0);
    assert_false(fake_device_run(f, WAIT_MS - 1000, NULL));
    assert_true(net.count > 2);
    for (unsigned i = 0; i < net.count; i++)
        assert_int_equal(net.opened[i], i % 2 == 0 ? FAKE_BROKER_PORT : BROKER2);
    assert_int_equal(f->reboots, 0);
    assert_false(fake_device_run(f, WAIT_MS, NULL));
    assert_int_equal(f->reboots, 1);
}

// One that answers, but too slowly to be done within the device's patience, does not keep it from
// the other.
static void test_slow_broker(void **state)
{
    struct fake_device *f = *state;

    fake_device_put_file(f, "config.json",
        "{\"downloadserver\":\"localhost\",\"mqttserver\":\"localhost\",\"mqttserver2\":"
        "\"localhost\",\"mqttport2\":8884,\"waittimeout\":5000,\"retrytimeout\":100}");
    net.broker1 = SILENT; // for 15 s
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(f->reboots, 0);
    EXPECT_OPENED(FAKE_BROKER_PORT, BROKER2);
    net.broker1 = AVAILABLE; // and the other way round
    net.broker2 = SILENT;
    lose(f);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_int_equal(f->reboots, 0);
    EXPECT_OPENED(BROKER2, FAKE_BROKER_PORT);
}

static void test_downloads(void **state)
{
    struct fake_device *f = *state;
    const char *request = f->broker.server.request;

    fake_device_serve(f, "config.json", CONFIG, strlen(CONFIG));
    start_online(f);
    assert_true(fake_device_do(f, "config", 1));
    EXPECT_OPENED(FAKE_BROKER_PORT, DOWNLOAD1, FAKE_BROKER_PORT);
    net.download1 = DEAD;
    assert_true(fake_device_do(f, "config", 2)); // in the same attempt
    assert_non_null(strstr(request, "\r\nHost: localhost:444\r\n\r\n"));
    EXPECT_OPENED(DOWNLOAD1, DOWNLOAD2, FAKE_BROKER_PORT);
    net.download1 = AVAILABLE;
    assert_true(fake_device_do(f, "config", 3));
    EXPECT_OPENED(DOWNLOAD2, FAKE_BROKER_PORT);
    net.download2 = SILENT;
    fake_device_command(f, "firmware", 4);
    (void)fake_device_run(f, FAKE_WAIT_MS, NULL);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    assert_non_null(strstr(request, "\r\nHost: localhost:443\r\n\r\n"));
    EXPECT_OPENED(DOWNLOAD2, DOWNLOAD1, FAKE_BROKER_PORT);
    for (int id = 1; id <= 4; id++) {
        char text[40];

        snprintf(text, sizeof text, "\"id\":%d,\"result\":\"ok\"", id);
        assert_int_equal(fake_device_count(f, 0, EVENT, text), 1);
    }
}

// If neither can be reached the command has failed, after one attempt with each.
static void test_no_download(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    net.download1 = net.download2 = DEAD;
    assert_true(fake_device_do(f, "firmware", 1));
    EXPECT_OPENED(FAKE_BROKER_PORT, DOWNLOAD1, DOWNLOAD2, FAKE_BROKER_PORT);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"connect-failed\""), 1);
    net.download1 = net.download2 = SILENT;
    fake_device_command(f, "firmware", 2);
    (void)fake_device_run(f, FAKE_WAIT_MS, NULL);
    assert_true(fake_device_run(f, FAKE_WAIT_MS, fake_device_is_idle));
    EXPECT_OPENED(DOWNLOAD2, DOWNLOAD1, FAKE_BROKER_PORT);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"timeout\""), 1);
}

// A server that refuses what is asked for has been reached.
static void test_refused_download(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_true(fake_device_do(f, "config", 1)); // there is none
    EXPECT_OPENED(FAKE_BROKER_PORT, DOWNLOAD1, FAKE_BROKER_PORT);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"http-status\""), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_two, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_brokers),
        TEST(test_name),
        TEST(test_patience),
        TEST(test_slow_broker),
        TEST(test_downloads),
        TEST(test_no_download),
        TEST(test_refused_download),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
