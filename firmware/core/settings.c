// Reads config.json.
#include "firmware/core/settings.h"

#include <stdbool.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/contract.h"
#include "firmware/core/json.h"

#define DAY_MS 86400000

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool host_is_valid(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n >= SETTINGS_HOST_SIZE || !is_alphanumeric(s[0]))
        return false;
    for (; *s != '\0'; s++) {
        if (!is_alphanumeric(*s) && *s != '.' && *s != '-')
            return false;
    }
    return true;
}

// The path goes into a request line: only what RFC 3986, 3.3 lets stand in one.
static bool path_is_valid(const char *s)
{
    for (; *s != '\0'; s++) {
        if (!is_alphanumeric(*s) && strchr("/-._~!$&'()*+,;=:@%", *s) == NULL)
            return false;
    }
    return true;
}

static int refuse(struct failure *failure, const char *member, const char *why)
{
    return failure_set(
        failure, RESULT_FILE_INVALID, "%s: %s: %s", CONTRACT_FILE_CONFIG, member, why);
}

static int read_host(const cJSON *json, const char *member, const char *fallback,
    char out[SETTINGS_HOST_SIZE], struct failure *failure)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, member);
    const char *host = item == NULL ? fallback : cJSON_GetStringValue(item);

    if (item == NULL && fallback == NULL)
        return refuse(failure, member, "missing");
    if (host == NULL || !host_is_valid(host))
        return refuse(failure, member, "is no host name");
    memset(out, 0, SETTINGS_HOST_SIZE);
    memcpy(out, host, strlen(host) + 1);
    return 0;
}

static int read_path(const cJSON *json, struct settings *settings, struct failure *failure)
{
    const char *member = CONTRACT_CONFIG_DOWNLOAD_PATH;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, member);
    const char *path = item == NULL ? "" : cJSON_GetStringValue(item);

    if (path == NULL || !path_is_valid(path))
        return refuse(failure, member, "is no path");
    while (*path == '/')
        path++;

    size_t n = strlen(path);

    while (n > 0 && path[n - 1] == '/')
        n--;
    if (n >= SETTINGS_PATH_SIZE)
        return refuse(failure, member, "is too long");
    memcpy(settings->download_path, path, n);
    settings->download_path[n] = '\0';
    return 0;
}

struct number {
    const char *member;
    uint32_t fallback;
    uint32_t min;
    uint32_t max;
};

static int read_number(
    const cJSON *json, const struct number *number, uint32_t *out, struct failure *failure)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, number->member);
    int64_t value = number->fallback;

    if (item != NULL && !json_read_number(item, &value))
        return refuse(failure, number->member, "is no number");
    if (value < number->min || value > number->max)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: %s: not from %lu to %lu",
            CONTRACT_FILE_CONFIG, number->member, (unsigned long)number->min,
            (unsigned long)number->max);
    *out = (uint32_t)value;
    return 0;
}

static int read_numbers(const cJSON *json, struct settings *settings, struct failure *failure)
{
    static const struct number download_port = {CONTRACT_CONFIG_DOWNLOAD_PORT, 443, 1, 65535};
    static const struct number mqtt_port = {CONTRACT_CONFIG_MQTT_PORT, 8883, 1, 65535};
    static const struct number status = {CONTRACT_CONFIG_STATUS_INTERVAL, 60000, 100, DAY_MS};
    static const struct number wait = {CONTRACT_CONFIG_WAIT_TIMEOUT, 20000, 1000, DAY_MS};
    static const struct number retry = {CONTRACT_CONFIG_RETRY_TIMEOUT, 3000, 100, DAY_MS};
    uint32_t port = 0;
    int rc = read_number(json, &download_port, &port, failure);

    settings->download_port = (uint16_t)port;
    if (rc == 0)
        rc = read_number(json, &mqtt_port, &port, failure);
    settings->mqtt_port = (uint16_t)port;
    if (rc == 0)
        rc = read_number(json, &status, &settings->status_interval_ms, failure);
    if (rc == 0)
        rc = read_number(json, &wait, &settings->wait_timeout_ms, failure);
    if (rc == 0)
        rc = read_number(json, &retry, &settings->retry_timeout_ms, failure);
    return rc;
}

// Without TLS the device has no identity at the broker.
static int check_tls(const cJSON *json, struct failure *failure)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, CONTRACT_CONFIG_MQTT_TLS);

    if (item != NULL && !cJSON_IsTrue(item))
        return refuse(failure, CONTRACT_CONFIG_MQTT_TLS, "must be true");
    return 0;
}

int settings_parse(const char *text, size_t n, struct settings *out, struct failure *failure)
{
    struct settings settings = {0};
    cJSON *json = json_parse_object(text, n);
    int rc;

    if (json == NULL)
        return failure_set(
            failure, RESULT_FILE_INVALID, "%s: is no JSON object", CONTRACT_FILE_CONFIG);
    rc = read_host(json, CONTRACT_CONFIG_DOWNLOAD_SERVER, NULL, settings.download_server, failure);
    if (rc == 0)
        rc = read_host(json, CONTRACT_CONFIG_MQTT_SERVER, NULL, settings.mqtt_server, failure);
    if (rc == 0)
        rc = read_host(
            json, CONTRACT_CONFIG_NTP_SERVER, "pool.ntp.org", settings.ntp_server, failure);
    if (rc == 0)
        rc = read_path(json, &settings, failure);
    if (rc == 0)
        rc = read_numbers(json, &settings, failure);
    if (rc == 0)
        rc = check_tls(json, failure);
    if (rc == 0)
        *out = settings;
    cJSON_Delete(json);
    return rc;
}
