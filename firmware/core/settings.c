// Reads config.json.
#include "firmware/core/settings.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "common/config_member.h"
#include "common/contract.h"
#include "firmware/core/json.h"

static int refuse(struct failure *failure, const char *member, const char *why)
{
    return failure_set(
        failure, RESULT_FILE_INVALID, "%s: %s: %s", CONTRACT_FILE_CONFIG, member, why);
}

// A host or a path; NULL and the failure if it cannot be used.
static const char *read_text(const cJSON *json, enum config_member_index index,
    const char *fallback, struct failure *failure)
{
    const struct config_member *member = &config_member_table[index];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, member->name);
    const char *text = item == NULL ? fallback : cJSON_GetStringValue(item);
    const char *why = NULL;

    if (text == NULL)
        why = item == NULL ? "missing" : "is no text";
    else if (item != NULL)
        why = config_member_refuse_text(member, text);
    if (why == NULL)
        return text;
    refuse(failure, member->name, why);
    return NULL;
}

static int read_host(const cJSON *json, enum config_member_index index, const char *fallback,
    char out[SETTINGS_HOST_SIZE], struct failure *failure)
{
    const char *host = read_text(json, index, fallback, failure);

    if (host == NULL)
        return -RESULT_FILE_INVALID;
    memcpy(out, host, strlen(host) + 1);
    return 0;
}

static int read_path(const cJSON *json, struct settings *settings, struct failure *failure)
{
    const char *path = read_text(json, CONFIG_MEMBER_DOWNLOAD_PATH, "", failure);

    if (path == NULL)
        return -RESULT_FILE_INVALID;

    size_t n = config_member_trim_path(&path);

    memcpy(settings->download_path, path, n);
    settings->download_path[n] = '\0';
    return 0;
}

static int read_number(
    const cJSON *json, enum config_member_index index, uint32_t *out, struct failure *failure)
{
    const struct config_member *member = &config_member_table[index];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, member->name);
    int64_t value = member->fallback;

    if (item != NULL && !json_read_number(item, &value))
        return refuse(failure, member->name, "is no number");
    if (value < member->min || value > member->max)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: %s: not from %lu to %lu",
            CONTRACT_FILE_CONFIG, member->name, (unsigned long)member->min,
            (unsigned long)member->max);
    *out = (uint32_t)value;
    return 0;
}

static int read_numbers(const cJSON *json, struct settings *settings, struct failure *failure)
{
    uint32_t port = 0;
    int rc = read_number(json, CONFIG_MEMBER_DOWNLOAD_PORT, &port, failure);

    settings->download_port = (uint16_t)port;
    if (rc == 0)
        rc = read_number(json, CONFIG_MEMBER_MQTT_PORT, &port, failure);
    settings->mqtt_port = (uint16_t)port;
    if (rc == 0)
        rc = read_number(json, CONFIG_MEMBER_ENROL_PORT, &port, failure);
    settings->enrol_port = (uint16_t)port;
    if (rc == 0)
        rc = read_number(
            json, CONFIG_MEMBER_STATUS_INTERVAL, &settings->status_interval_ms, failure);
    if (rc == 0)
        rc = read_number(json, CONFIG_MEMBER_WAIT_TIMEOUT, &settings->wait_timeout_ms, failure);
    if (rc == 0)
        rc = read_number(json, CONFIG_MEMBER_RETRY_TIMEOUT, &settings->retry_timeout_ms, failure);
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
    rc = read_host(json, CONFIG_MEMBER_DOWNLOAD_SERVER, NULL, settings.download_server, failure);
    if (rc == 0)
        rc = read_host(json, CONFIG_MEMBER_MQTT_SERVER, NULL, settings.mqtt_server, failure);
    if (rc == 0)
        rc =
            read_host(json, CONFIG_MEMBER_NTP_SERVER, "pool.ntp.org", settings.ntp_server, failure);
    if (rc == 0)
        rc = read_host(json, CONFIG_MEMBER_ENROL_SERVER, "", settings.enrol_server, failure);
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
