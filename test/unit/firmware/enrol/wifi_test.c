// Tests of what a wifi command brings: how it is read, opened and judged.
#include "firmware/enrol/wifi.h"

#include "test/unit/firmware/device_fixture.h"
#include "test/unit/firmware/wifi_fixture.h"

#define SEALED_SIZE WIFI_NETWORKS_SEALED_SIZE

static int setup_online(void **state)
{
    struct fake_device *f = fake_device_new();

    *state = f;
    wifi_air = NULL;
    start_online(f);
    return 0;
}

static int read_text(const char *payload, uint8_t out[SEALED_SIZE])
{
    struct failure failure;
    size_t n = strlen(payload);
    uint8_t *copy = malloc(n + 1); // behind which nothing can be read
    int rc;

    memcpy(copy, payload, n);
    rc = wifi_read_sealed(copy, n, out, &failure);
    free(copy);
    if (rc < 0)
        assert_int_equal(failure.result, RESULT_FILE_INVALID);
    return rc;
}

// Nothing, or refused, by Mbed TLS's version: whoever opened it would find nothing.
#define EMPTY (-2)

static void test_payloads(void **state)
{
    static const struct {
        const char *payload;
        int n; // -1: refused
    } rows[] = {
        {"{\"sealed\":\"YWJj\"}", 3},
        {"{\"id\": 7, \"sealed\": \"YWI=\"}", 2},
        {"{\"sealed\":\"\"}", 0},
        {"{\"sealed\":\"YWJj\"", -1},
        {"{\"sealed\":\"YWJ\"}", EMPTY},
        {"{\"sealed\":\"YW=j\"}", -1},
        {"{\"sealed\":\"Y_Jj\"}", -1},
        {"{\"sealed\":[\"YWJj\"]}", -1},
        {"{\"sealed\":7}", -1},
        {"{\"Sealed\":\"YWJj\"}", -1},
        {"\"YWJj\"", -1},
        {"{}", -1},
        {"", -1},
    };
    uint8_t out[SEALED_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int n = read_text(rows[i].payload, out);

        if (rows[i].n == EMPTY)
            assert_true(n <= 0);
        else
            assert_int_equal(n < 0 ? -1 : n, rows[i].n);
        if (n > 0)
            assert_memory_equal(out, "abc", (size_t)n);
    }
}

// As much as there may be, in the longest message that a device takes, and no byte more.
static void test_sizes(void **state)
{
    static const uint8_t bytes[SEALED_SIZE + 1] = {7};
    char payload[WIFI_PAYLOAD_SIZE];
    uint8_t out[SEALED_SIZE];

    (void)state;
    wifi_payload(bytes, SEALED_SIZE, 2147483647, payload);
    assert_true(strlen(payload) + strlen("/command/" FAKE_MAC "/wifi") + 8 < MQTT_RECEIVE_SIZE);
    assert_int_equal(read_text(payload, out), SEALED_SIZE);
    assert_memory_equal(out, bytes, SEALED_SIZE);
    wifi_payload(bytes, SEALED_SIZE + 1, 7, payload);
    assert_true(read_text(payload, out) < 0);
}

static int open_payload(struct fake_device *f, const char *payload)
{
    return wifi_open(&f->device, (const uint8_t *)payload, strlen(payload), &f->failure);
}

static int open_sealed(
    struct fake_device *f, const struct wifi_seal *seal, const struct wifi_list *list)
{
    char payload[WIFI_PAYLOAD_SIZE];
    uint8_t sealed[SEALED_SIZE];

    wifi_payload(sealed, wifi_seal(f, seal, list, sealed), 7, payload);
    return open_payload(f, payload);
}

static int open_list(struct fake_device *f, const struct wifi_list *list)
{
    const struct wifi_seal seal = {&f->own.key.pk, WIFI_NETWORKS_INFO, FAKE_MAC};

    return open_sealed(f, &seal, list);
}

static struct wifi_list list_of_many(size_t count)
{
    struct wifi_network networks[WIFI_NETWORKS_MAX] = {{"", ""}};
    struct wifi_list list;

    for (size_t i = 0; i < count; i++) {
        snprintf(networks[i].ssid, sizeof networks[i].ssid, "network %zu", i);
        snprintf(networks[i].password, sizeof networks[i].password, "password %zu", i);
    }
    list.n = wifi_networks_write(networks, count, 5, list.bytes);
    return list;
}

static void test_lists(void **state)
{
    struct fake_device *f = *state;

    for (size_t count = 1; count <= WIFI_NETWORKS_MAX; count++) {
        struct wifi_list list = list_of_many(count);

        assert_int_equal(open_list(f, &list), list.n);
        assert_memory_equal(f->device.scratch, list.bytes, list.n);
    }
}

// Sealed for another key, purpose or device it is not opened.
static void test_bound(void **state)
{
    struct fake_device *f = *state;
    struct wifi_list list = list_of_many(1);
    const struct wifi_seal rows[] = {
        {&f->broker.server.cert.key.pk, WIFI_NETWORKS_INFO, FAKE_MAC},
        {&f->own.key.pk, "secureesp key", FAKE_MAC},
        {&f->own.key.pk, "", FAKE_MAC},
        {&f->own.key.pk, WIFI_NETWORKS_INFO, "84f3eb012346"},
        {&f->own.key.pk, WIFI_NETWORKS_INFO, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(open_sealed(f, &rows[i], &list), -RESULT_FILE_INVALID);
        assert_string_equal(f->failure.detail, "sealed message: is not for us, or damaged");
        assert_null(memmem(f->device.scratch, sizeof f->device.scratch, "password", 8));
    }
}

static void test_no_list(void **state)
{
    struct fake_device *f = *state;
    struct wifi_list list = list_of_many(2);

    list.n--;
    assert_int_equal(open_list(f, &list), -RESULT_FILE_INVALID);
    assert_string_equal(f->failure.detail, "networks: what was sealed is no list of them");
    list.n = 0;
    assert_int_equal(open_list(f, &list), -RESULT_FILE_INVALID);
    list = list_of_many(2);
    list.bytes[WIFI_NETWORKS_TIME_SIZE + WIFI_NETWORKS_ENTRY_SIZE] = '\0'; // the second's name
    assert_int_equal(open_list(f, &list), -RESULT_FILE_INVALID);
}

// It must have been set later than what is in use; what a board was provisioned with has no time.
static void test_newer(void **state)
{
    static const struct {
        int64_t used; // -1: none, 0: without a time
        int64_t fresh;
        bool is_taken;
    } rows[] = {
        {-1, 0, false},
        {-1, 1, true},
        {0, 0, false},
        {0, 1, true},
        {5, 4, false},
        {5, 5, false},
        {5, 6, true},
        {1, INT64_MAX, true},
        {INT64_MAX, INT64_MAX, false},
    };
    struct fake_device *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wifi_list used = wifi_list_of(WIFI_HOME, rows[i].used);
        struct wifi_list fresh = wifi_list_of(WIFI_AWAY, rows[i].fresh);

        if (rows[i].used == 0) {
            used.n -= WIFI_NETWORKS_TIME_SIZE;
            memmove(used.bytes, used.bytes + WIFI_NETWORKS_TIME_SIZE, used.n);
        }
        if (rows[i].used >= 0)
            wifi_put_file(f, WIFI_NETWORKS_FILE, &used);
        assert_int_equal(
            open_list(f, &fresh), rows[i].is_taken ? (int)fresh.n : -RESULT_FILE_INVALID);
        if (!rows[i].is_taken)
            assert_string_equal(
                f->failure.detail, "networks: were not set later than those in use");
    }
}

static int fail_to_read(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    (void)port;
    (void)region;
    (void)offset;
    (void)p;
    (void)n;
    return PORT_FAILED;
}

// Where it cannot be told what is in use, nothing is newer.
static void test_flash_fails(void **state)
{
    struct fake_device *f = *state;
    struct wifi_list list = list_of_many(1);

    f->ops.flash_read = fail_to_read;
    assert_int_equal(open_list(f, &list), -RESULT_FLASH_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_online, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_payloads),
        cmocka_unit_test(test_sizes),
        TEST(test_lists),
        TEST(test_bound),
        TEST(test_no_list),
        TEST(test_newer),
        TEST(test_flash_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
