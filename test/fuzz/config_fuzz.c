// The daemon's configuration file, and the config.json that it makes for devices.
#include "server/daemon/config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "firmware/core/settings.h"
#include "test/fuzz/fuzz.h"

static void check_paths(const struct config *config)
{
    const char *const paths[] = {config->state_dir, config->socket, config->ca, config->certificate,
        config->key, config->path, config->devices_dir};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        size_t n = strlen(paths[i]);

        FUZZ_CHECK(paths[i][0] == '/' && (n == 1 || paths[i][n - 1] != '/'));
    }
    FUZZ_CHECK(config->address[0] != '\0' && config->mqtt_host[0] != '\0');
    FUZZ_CHECK(config->mqtt_client_id[0] != '\0');
}

static void check_numbers(const struct config *config)
{
    FUZZ_CHECK(config->port > 0 && config->mqtt_port > 0 && config->socket_mode <= 0777);
    FUZZ_CHECK(config->threads >= 1 && config->threads <= 64);
    FUZZ_CHECK(config->max_connections >= 1 && config->max_connections_per_address >= 1);
    FUZZ_CHECK(config->timeout_s >= 1 && config->offline_after_s >= 1);
    FUZZ_CHECK(config->handshake_timeout_s >= 1 && config->min_bytes_per_second >= 1);
    FUZZ_CHECK(config->max_connections_per_certificate >= 1);
    FUZZ_CHECK(config->max_image_bytes >= 1024 && config->max_image_bytes <= 16777216);
    FUZZ_CHECK(config->sent_timeout_s >= 1 && config->queued_timeout_s >= 1);
    FUZZ_CHECK(config->statuses_days >= 1 && config->hours_days >= 1 && config->events_days >= 1);
    FUZZ_CHECK(config->statuses_per_minute >= 1 && config->statuses_per_minute <= 6000);
    FUZZ_CHECK(config->min_free_percent >= 0 && config->min_free_percent <= 50);
    FUZZ_CHECK(config->min_free_bytes >= 0);
}

// What devices get is what our firmware takes, and sketches find downloadport as a string.
static void check_rendered(const struct config *config)
{
    struct settings settings;
    struct failure failure = {0};
    uint8_t *text;
    size_t n;

    FUZZ_CHECK(download_config_render(config->device_config, "84f3eb012345", &text, &n) == 0);
    FUZZ_CHECK(n <= CONTRACT_FILE_MAX);
    FUZZ_CHECK(settings_parse((const char *)text, n, &settings, &failure) == 0);
    FUZZ_CHECK(settings.status_interval_ms <= config->offline_after_s * 1000);

    json_t *object = json_loadb((const char *)text, n, JSON_REJECT_DUPLICATES, NULL);
    const char *port = json_string_value(json_object_get(object, CONTRACT_CONFIG_DOWNLOAD_PORT));

    FUZZ_CHECK(port != NULL && strlen(port) > 0 && strlen(port) <= 5);
    FUZZ_CHECK(strspn(port, "0123456789") == strlen(port) && port[0] != '0');
    json_decref(object);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct config config;
    struct err err = {0};
    char names[64];

    fuzz_fill(&config, sizeof config);
    if (config_parse("FILE", (const char *)fuzz_bytes(p, n), n, &config, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&config, sizeof config));
        FUZZ_CHECK(err.code == ERR_INVALID && strncmp(err.message, "FILE:", 5) == 0);
        return 0;
    }
    FUZZ_CHECK(memchr(p, '\0', n) == NULL);
    check_paths(&config);
    check_numbers(&config);
    check_rendered(&config);
    config_compare(&config, &config, names, sizeof names);
    FUZZ_CHECK(names[0] == '\0');
    config_clear(&config);
    return 0;
}
