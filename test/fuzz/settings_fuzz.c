// The device's reader of config.json: what it takes can be asked for and written back.
#include <stdio.h>
#include <string.h>

#include "firmware/core/https.h"
#include "firmware/core/settings.h"
#include "test/fuzz/fuzz.h"

static void check_host(const char host[SETTINGS_HOST_SIZE])
{
    FUZZ_CHECK(memchr(host, '\0', SETTINGS_HOST_SIZE) != NULL && host[0] != '\0');
    FUZZ_CHECK(strpbrk(host, " \t\r\n/:@\"\\") == NULL);
}

static void check_numbers(const struct settings *settings)
{
    for (int i = 0; i < 2; i++) {
        FUZZ_CHECK(settings->download.ports[i] > 0 && settings->download.ports[i] <= UINT16_MAX);
        FUZZ_CHECK(settings->mqtt.ports[i] > 0 && settings->mqtt.ports[i] <= UINT16_MAX);
    }
    FUZZ_CHECK(settings->status_interval_ms >= 100 && settings->status_interval_ms <= 86400000);
    FUZZ_CHECK(settings->wait_timeout_ms >= 1000 && settings->wait_timeout_ms <= 86400000);
    FUZZ_CHECK(settings->retry_timeout_ms >= 100 && settings->retry_timeout_ms <= 86400000);
}

// A request has five lines, whatever the settings say.
static void check_request(const struct settings *settings)
{
    char request[HTTPS_REQUEST_SIZE];
    size_t n = https_write_request(
        settings, "84f3eb012345.crt", "curimage=BOARD-1", request, sizeof request);
    size_t lines = 0;

    FUZZ_CHECK(n > 0 && n < sizeof request && strlen(request) == n);
    n += https_write_host(&settings->download, request + n, sizeof request - n);
    for (const char *s = request; (s = strstr(s, "\r\n")) != NULL; s += 2)
        lines++;
    FUZZ_CHECK(lines == 5 && strcmp(request + n - 4, "\r\n\r\n") == 0);
    FUZZ_CHECK(strncmp(request, "GET /", 5) == 0);
    FUZZ_CHECK(strstr(request, " HTTP/1.1\r\n") == strchr(request + 5, ' '));
}

// The second one, if there is one, has its turn, then the first again.
static void check_servers(struct settings_servers servers)
{
    bool has_second = servers.hosts[1][0] != '\0';

    check_host(servers.hosts[0]);
    if (has_second)
        check_host(servers.hosts[1]);
    FUZZ_CHECK(servers.turn == 0 && settings_turn(&servers) == has_second);
    FUZZ_CHECK(strcmp(settings_host(&servers), servers.hosts[has_second]) == 0);
    FUZZ_CHECK(settings_port(&servers) == servers.ports[has_second]);
    FUZZ_CHECK(settings_turn(&servers) == has_second && servers.turn == 0);
}

static void check_round_trip(const struct settings *settings)
{
    char json[1536];
    struct settings again;
    struct failure failure;
    int n = snprintf(json, sizeof json,
        "{\"downloadserver\":\"%s\",\"downloadport\":%u,\"downloadpath\":\"/%s/\","
        "\"mqttserver\":\"%s\",\"mqttport\":\"%u\",\"mqtttls\":true,\"ntpserver\":\"%s\","
        "\"%s\":\"%s\",\"mqttport2\":%u,\"%s\":\"%s\",\"downloadport2\":%u,"
        "\"%s\":\"%s\",\"enrolport\":%u,\"statusinterval\":%lu,\"waittimeout\":\"%lu\","
        "\"retrytimeout\":%lu}",
        settings->download.hosts[0], (unsigned)settings->download.ports[0], settings->download_path,
        settings->mqtt.hosts[0], (unsigned)settings->mqtt.ports[0], settings->ntp_server,
        settings->mqtt.hosts[1][0] != '\0' ? "mqttserver2" : "none", settings->mqtt.hosts[1],
        (unsigned)settings->mqtt.ports[1],
        settings->download.hosts[1][0] != '\0' ? "downloadserver2" : "none",
        settings->download.hosts[1], (unsigned)settings->download.ports[1],
        settings->enrol_server[0] != '\0' ? "enrolserver" : "none", settings->enrol_server,
        (unsigned)settings->enrol_port, (unsigned long)settings->status_interval_ms,
        (unsigned long)settings->wait_timeout_ms, (unsigned long)settings->retry_timeout_ms);

    FUZZ_CHECK(n > 0 && (size_t)n < sizeof json);
    FUZZ_CHECK(settings_parse(json, (size_t)n, &again, &failure) == 0);
    FUZZ_CHECK(strcmp(again.download_path, settings->download_path) == 0);
    for (int i = 0; i < 2; i++) {
        FUZZ_CHECK(strcmp(again.download.hosts[i], settings->download.hosts[i]) == 0);
        FUZZ_CHECK(strcmp(again.mqtt.hosts[i], settings->mqtt.hosts[i]) == 0);
        FUZZ_CHECK(again.download.ports[i] == settings->download.ports[i]);
        FUZZ_CHECK(again.mqtt.ports[i] == settings->mqtt.ports[i]);
    }
    FUZZ_CHECK(strcmp(again.ntp_server, settings->ntp_server) == 0);
    FUZZ_CHECK(strcmp(again.enrol_server, settings->enrol_server) == 0);
    FUZZ_CHECK(again.enrol_port == settings->enrol_port);
    FUZZ_CHECK(again.status_interval_ms == settings->status_interval_ms);
    FUZZ_CHECK(again.wait_timeout_ms == settings->wait_timeout_ms);
    FUZZ_CHECK(again.retry_timeout_ms == settings->retry_timeout_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct settings settings;
    struct failure failure = {0};

    fuzz_fill(&settings, sizeof settings);
    if (settings_parse((const char *)fuzz_bytes(p, n), n, &settings, &failure) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&settings, sizeof settings));
        FUZZ_CHECK(failure.result == RESULT_FILE_INVALID && failure.detail[0] != '\0');
        return 0;
    }
    check_servers(settings.download);
    check_servers(settings.mqtt);
    check_host(settings.ntp_server);
    FUZZ_CHECK(memchr(settings.download_path, '\0', SETTINGS_PATH_SIZE) != NULL);
    check_numbers(&settings);
    check_request(&settings);
    check_round_trip(&settings);
    return 0;
}
