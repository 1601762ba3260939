// The power is cut at each operation of the flash while a device gets new files.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/power_cut.h"

#define TRIAL_MS 60000
#define BAD_CONFIG FAKE_CONFIG_HEAD "\"mqttserver\":\"elsewhere.example\"}"
#define GOOD_CONFIG FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\",\"ntpserver\":\"ntp.example\"}"

static bool starts_idle(struct fake_device *d)
{
    return fake_device_start(d) == 0 && fake_device_run(d, FAKE_WAIT_MS, fake_device_is_idle);
}

static bool change_config(struct power_cut *p)
{
    struct fake_device *d = p->device;

    for (int i = 0; i < 8 && strcmp(d->device.settings.ntp_server, "ntp.example") != 0; i++) {
        bool is_staged = fake_device_has_file(d, "config.json.new");

        if (!fake_device_do(d, is_staged ? "reboot" : "config", i + 1))
            return false;
    }
    // What is in use now is so after the next start.
    return strcmp(d->device.settings.ntp_server, "ntp.example") == 0 && starts_idle(d) &&
           strcmp(d->device.settings.ntp_server, "ntp.example") == 0 &&
           power_cut_file_is(p, "config.json", GOOD_CONFIG, NULL) &&
           !fake_device_has_file(d, "config.json.new");
}

static void test_config(void **state)
{
    struct power_cut *p = *state;

    p->new_config = GOOD_CONFIG;
    fake_device_serve(p->device, "config.json", GOOD_CONFIG, strlen(GOOD_CONFIG));
    power_cut_sweep(p,
        &(struct power_cut_plan){.name = "new configuration", .act = change_config, .least = 40});
}

static bool refuse_config(struct power_cut *p)
{
    struct fake_device *d = p->device;

    fake_device_command(d, "config", 1);
    (void)fake_device_run(d, 3000, power_cut_is_restarted);
    fake_device_command(d, "reboot", 2);
    (void)fake_device_run(d, 5 * TRIAL_MS, power_cut_is_restarted);
    return fake_device_run(d, 5 * TRIAL_MS, fake_device_is_idle) &&
           strcmp(d->device.settings.mqtt.hosts[0], "localhost") == 0;
}

// One that leads nowhere is never in use for good.
static void test_bad_config(void **state)
{
    struct power_cut *p = *state;

    fake_device_serve(p->device, "config.json", BAD_CONFIG, strlen(BAD_CONFIG));
    power_cut_sweep(p,
        &(struct power_cut_plan){.name = "bad configuration", .act = refuse_config, .least = 40});
}

static bool uses_renewed(const struct power_cut *p)
{
    const mbedtls_x509_buf *used = &p->device->device.identity.cert.raw;
    const mbedtls_x509_buf *renewed = &p->renewed.crt.raw;

    return used->len == renewed->len && memcmp(used->p, renewed->p, used->len) == 0;
}

static const char *next_command(struct fake_device *d)
{
    if (!fake_device_has_file(d, FAKE_MAC ".crt.new"))
        return "cert";
    return fake_device_has_file(d, FAKE_MAC ".key.new") ? "reboot" : "key";
}

static bool renew(struct power_cut *p)
{
    struct fake_device *d = p->device;

    for (int i = 0; i < 8 && !uses_renewed(p); i++) {
        if (!fake_device_do(d, next_command(d), i + 1))
            return false;
    }
    return uses_renewed(p) && starts_idle(d) && uses_renewed(p) &&
           power_cut_file_is(p, FAKE_MAC ".crt", p->renewed.pem, NULL) &&
           power_cut_file_is(p, FAKE_MAC ".key", p->renewed_key, NULL) &&
           !fake_device_has_file(d, FAKE_MAC ".crt.new") &&
           !fake_device_has_file(d, FAKE_MAC ".key.new");
}

static void test_credentials(void **state)
{
    struct power_cut *p = *state;

    p->new_cert = p->renewed.pem;
    fake_device_serve(p->device, FAKE_MAC ".crt", p->renewed.pem, strlen(p->renewed.pem));
    fake_device_serve(p->device, FAKE_MAC ".key", p->renewed_key, strlen(p->renewed_key));
    power_cut_sweep(
        p, &(struct power_cut_plan){.name = "new credentials", .act = renew, .least = 60});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_cut_setup, power_cut_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_config),
        TEST(test_bad_config),
        TEST(test_credentials),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
