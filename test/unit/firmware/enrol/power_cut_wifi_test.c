// The power is cut at each operation of the flash while a device moves to another Wi-Fi network.
#include "test/unit/firmware/power_cut.h"
#include "test/unit/firmware/wifi_fixture.h"

#define TRIAL_MS 60000
#define ID 7     // of the first command
#define ORDERS 3 // each a command of its own
#define EVENT "/event/" FAKE_MAC

static struct wifi_list home;
static struct wifi_list away;
static char payloads[ORDERS][WIFI_PAYLOAD_SIZE];

// The old or the new list is whole, and never one in use that is on no trial and has not passed.
static void check_start(struct fake_device *d, void *ctx)
{
    struct power_cut *p = ctx;
    bool is_home = wifi_file_is(d, "wifi", &home);

    p->starts++;
    p->is_sound = p->is_sound && power_cut_runs_signed(p) && power_cut_has_files(p) &&
                  (is_home || (wifi_file_is(d, "wifi", &away) && p->new_config != NULL)) &&
                  (strcmp(d->networks, "wifi") == 0 || wifi_file_is(d, "wifi.new", &away));
}

// The sessions of plain_tls.c need no random numbers, but what is sealed does.
static int stage_networks(
    struct device *device, const uint8_t *p, size_t n, struct failure *failure)
{
    int rc;

    tls_random_init(&device->tls.random);
    rc = tls_random_seed(&device->tls.random, device->port);
    if (rc == 0)
        rc = wifi_stage(device, p, n, failure);
    tls_random_clear(&device->tls.random);
    return rc;
}

// What is sealed for the device needs a key on P-256.
static int setup(void **state)
{
    int rc = power_cut_setup(state);
    struct power_cut *p = *state;
    struct fake_device *d = p->device;
    struct fake_subject subject = {
        "CN=" FAKE_MAC, NULL, NULL, "20200101000000", "20990101000000", false};

    fake_certificate_clear(&d->own);
    make_ec_key(&d->broker.server.maker, MBEDTLS_ECP_DP_SECP256R1, &d->own.key);
    fake_certify(&d->broker.server.maker, &subject, &d->own, &d->broker.server.ca, "CN=CA");
    rc |= mbedtls_pk_write_key_pem(&d->own.key.pk, (uint8_t *)d->key_pem, FAKE_PEM_SIZE);
    fake_device_put_file(d, FAKE_MAC ".crt", d->own.pem);
    fake_device_put_file(d, FAKE_MAC ".key", d->key_pem);
    home = wifi_list_of(WIFI_HOME, 1000);
    away = wifi_list_of(WIFI_AWAY, 2000);
    wifi_settle(d, &home);
    for (int i = 0; i < ORDERS; i++)
        wifi_make_payload(d, &away, ID + i, payloads[i]);
    d->on_start = check_start;
    d->options.stage_networks = stage_networks;
    return rc;
}

static bool is_restarted(struct fake_device *d)
{
    return d->reboots + d->lost_power > 0;
}

// How often the device has told of the command: once, or twice if the power failed in between.
static bool has_told(const struct fake_device *d, const char *result, const char *never)
{
    char text[80];
    unsigned told;

    snprintf(text, sizeof text, "\"command\":\"wifi\",\"id\":7,\"result\":\"%s\"", result);
    told = fake_device_count(d, 0, EVENT, text);
    snprintf(text, sizeof text, "\"command\":\"wifi\",\"id\":7,\"result\":\"%s\"", never);
    return told >= 1 && told <= 1 + d->lost_power && fake_device_count(d, 0, EVENT, text) == 0;
}

static bool stays(struct fake_device *d, const struct wifi_list *list)
{
    return fake_device_start(d) == 0 && fake_device_run(d, FAKE_WAIT_MS, fake_device_is_idle) &&
           strcmp(d->networks, "wifi") == 0 && wifi_file_is(d, "wifi", list) &&
           !fake_device_has_file(d, "wifi.new") && !d->device.slots.owes_wifi &&
           d->device.slots.staged_trial == SLOTS_TRIAL_NONE;
}

// How often the device has told that one of the commands went well.
static unsigned count_moves(const struct fake_device *d)
{
    unsigned n = 0;

    for (int i = 0; i < ORDERS; i++) {
        char text[40];

        snprintf(text, sizeof text, "\"id\":%d,\"result\":\"ok\"", ID + i);
        n += fake_device_count(d, 0, EVENT, text);
    }
    return n;
}

// Both networks are there. Whatever the backend hears it sends another command until the device has
// moved.
static bool move(struct power_cut *p)
{
    struct fake_device *d = p->device;

    wifi_air = NULL;
    for (int i = 0; i < ORDERS && !wifi_file_is(d, "wifi", &away); i++) {
        fake_device_order(d, "wifi", ID + i, payloads[i]);
        (void)fake_device_run(d, 3000, is_restarted);
        (void)fake_device_run(d, 3000, NULL);
        if (!fake_device_run(d, FAKE_WAIT_MS, fake_device_is_idle))
            return false;
    }
    return stays(d, &away) && count_moves(d) >= 1 && count_moves(d) <= 1 + d->lost_power;
}

static void test_good_network(void **state)
{
    struct power_cut *p = *state;

    p->new_config = POWER_CUT_CONFIG; // the new list may be in use
    power_cut_sweep(
        p, &(struct power_cut_plan){.name = "another Wi-Fi network", .act = move, .least = 60});
}

// Only the old one is there.
static bool come_back(struct power_cut *p)
{
    struct fake_device *d = p->device;
    bool was_taken;

    wifi_air = WIFI_HOME;
    fake_device_order(d, "wifi", ID, payloads[0]);
    (void)fake_device_run(d, 3000, is_restarted);
    was_taken = d->device.slots.owes_wifi || fake_device_has_file(d, "wifi.new");
    if (!fake_device_run(d, 5 * TRIAL_MS, fake_device_is_idle))
        return false;
    (void)fake_device_run(d, FAKE_WAIT_MS, NULL);
    if (was_taken && !has_told(d, "trial-failed", "ok"))
        return false;
    return fake_device_run(d, FAKE_WAIT_MS, fake_device_is_idle) && stays(d, &home);
}

static void test_bad_network(void **state)
{
    power_cut_sweep(*state,
        &(struct power_cut_plan){.name = "bad Wi-Fi network", .act = come_back, .least = 60});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, power_cut_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good_network),
        TEST(test_bad_network),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
