// Reads config.json.
#include "firmware/core/settings.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "common/config_member.h"
#include "common/contract.h"
#include "firmware/core/json.h"

// Where each member goes: a text's bytes, or 32 bits of a number.
static const uint16_t offsets[CONFIG_MEMBER_COUNT] = {
    [CONFIG_MEMBER_DOWNLOAD_SERVER] = offsetof(struct settings, download.hosts[0]),
    [CONFIG_MEMBER_DOWNLOAD_PORT] = offsetof(struct settings, download.ports[0]),
    [CONFIG_MEMBER_DOWNLOAD_PATH] = offsetof(struct settings, download_path),
    [CONFIG_MEMBER_DOWNLOAD_SERVER2] = offsetof(struct settings, download.hosts[1]),
    [CONFIG_MEMBER_DOWNLOAD_PORT2] = offsetof(struct settings, download.ports[1]),
    [CONFIG_MEMBER_MQTT_SERVER] = offsetof(struct settings, mqtt.hosts[0]),
    [CONFIG_MEMBER_MQTT_PORT] = offsetof(struct settings, mqtt.ports[0]),
    [CONFIG_MEMBER_MQTT_SERVER2] = offsetof(struct settings, mqtt.hosts[1]),
    [CONFIG_MEMBER_MQTT_PORT2] = offsetof(struct settings, mqtt.ports[1]),
    [CONFIG_MEMBER_NTP_SERVER] = offsetof(struct settings, ntp_server),
    [CONFIG_MEMBER_ENROL_SERVER] = offsetof(struct settings, enrol_server),
    [CONFIG_MEMBER_ENROL_PORT] = offsetof(struct settings, enrol_port),
    [CONFIG_MEMBER_STATUS_INTERVAL] = offsetof(struct settings, status_interval_ms),
    [CONFIG_MEMBER_WAIT_TIMEOUT] = offsetof(struct settings, wait_timeout_ms),
    [CONFIG_MEMBER_RETRY_TIMEOUT] = offsetof(struct settings, retry_timeout_ms),
};

static int refuse(struct failure *failure, const char *member, const char *why)
{
    return failure_set(
        failure, RESULT_FILE_INVALID, "%s: %s: %s", CONTRACT_FILE_CONFIG, member, why);
}

// A host or a path, either of one size.
static int read_text(
    const cJSON *item, const struct config_member *member, char *out, struct failure *failure)
{
    const char *text = cJSON_GetStringValue(item);
    const char *why = text == NULL ? "is no text" : config_member_refuse_text(member, text);
    size_t n;

    if (why != NULL)
        return refuse(failure, member->name, why);
    n = member->kind == CONFIG_MEMBER_PATH ? config_member_trim_path(&text) : strlen(text);
    memcpy(out, text, n);
    out[n] = '\0';
    return 0;
}

static int read_number(
    const cJSON *item, const struct config_member *member, uint32_t *out, struct failure *failure)
{
    int64_t value;

    if (!json_read_number(item, &value))
        return refuse(failure, member->name, "is no number");
    if (value < member->min || value > member->max)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: %s: not from %lu to %lu",
            CONTRACT_FILE_CONFIG, member->name, (unsigned long)member->min,
            (unsigned long)member->max);
    *out = (uint32_t)value;
    return 0;
}

static int read_member(const cJSON *json, enum config_member_index index, struct settings *settings,
    struct failure *failure)
{
    const struct config_member *member = &config_member_table[index];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, member->name);
    void *out = (char *)settings + offsets[index];

    switch (member->kind) {
    case CONFIG_MEMBER_NUMBER:
        *(uint32_t *)out = member->fallback;
        return item == NULL ? 0 : read_number(item, member, out, failure);
    case CONFIG_MEMBER_TRUE: // without TLS the device has no identity at the broker
        return item == NULL || cJSON_IsTrue(item) ? 0
                                                  : refuse(failure, member->name, "must be true");
    case CONFIG_MEMBER_HOST:
        if (item == NULL && member->needed)
            return refuse(failure, member->name, "missing");
        break;
    case CONFIG_MEMBER_PATH: break;
    }
    return item == NULL ? 0 : read_text(item, member, out, failure);
}

static void complete(struct settings_servers *servers)
{
    if (servers->ports[1] == 0)
        servers->ports[1] = servers->ports[0];
}

int settings_parse(const char *text, size_t n, struct settings *out, struct failure *failure)
{
    struct settings settings = {.ntp_server = "pool.ntp.org"};
    cJSON *json = json_parse_object(text, n);
    int rc = 0;

    if (json == NULL)
        return failure_set(
            failure, RESULT_FILE_INVALID, "%s: is no JSON object", CONTRACT_FILE_CONFIG);
    for (int i = 0; rc == 0 && i < CONFIG_MEMBER_COUNT; i++)
        rc = read_member(json, (enum config_member_index)i, &settings, failure);
    complete(&settings.download);
    complete(&settings.mqtt);
    if (rc == 0)
        *out = settings;
    cJSON_Delete(json);
    return rc;
}

const char *settings_host(const struct settings_servers *servers)
{
    return servers->hosts[servers->turn];
}

uint16_t settings_port(const struct settings_servers *servers)
{
    return (uint16_t)servers->ports[servers->turn];
}

bool settings_turn(struct settings_servers *servers)
{
    if (servers->hosts[1][0] == '\0')
        return false;
    servers->turn ^= 1;
    return true;
}
