// secureesp.conf: a table of settings.
#include "server/daemon/config.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config_member.h"
#include "common/contract.h"
#include "common/mac.h"
#include "server/base/file.h"
#include "server/config/config_lines.h"
#include "server/config/config_value.h"
#include "server/daemon/config_check.h"
#include "server/webhook/webhook_allow.h"

#define DEVICE_SECTION "config.json"
#define FILE_MAX ((size_t)1024 * 1024)
#define STRINGIFY(x) #x
#define TEXT_OF(x) STRINGIFY(x)
#define IMAGE_BYTES TEXT_OF(CONTRACT_SKETCH_IMAGE_MAX)

// Those before PORT are texts.
enum setting_type { PATH, URL, TEXT, NETWORKS, HOST, PORT, MODE, LEVEL, POLICY, SWITCH, NUMBER };

// One row for each setting: where it stands, its default (NULL: zero, or ""), its bounds (NUMBER),
// and whether a reload changes it.
static const struct setting {
    const char *section;
    const char *name;
    enum setting_type type;
    size_t offset;
    const char *initial;
    int64_t min;
    int64_t max;
    bool reloads;
} settings[] = {
#define AT(member) offsetof(struct config, member)
    {"daemon", "state_dir", PATH, AT(state_dir), "/var/lib/secureesp", 0, 0, false},
    {"daemon", "socket", PATH, AT(socket), "/run/secureesp/api.sock", 0, 0, false},
    {"daemon", "socket_mode", MODE, AT(socket_mode), "0660", 0, 0, false},
    {"daemon", "log_level", LEVEL, AT(log_level), "info", 0, 0, true},
    {"daemon", "offline_after_s", NUMBER, AT(offline_after_s), "180", 1, 604800, true},
    {"tls", "ca", PATH, AT(ca), "/etc/secureesp/pki/ca.crt", 0, 0, false},
    {"tls", "certificate", PATH, AT(certificate), "/etc/secureesp/pki/servers/secureespd.crt", 0, 0,
        false},
    {"tls", "key", PATH, AT(key), "/etc/secureesp/pki/servers/secureespd.key", 0, 0, false},
    {"download", "address", TEXT, AT(address), "0.0.0.0", 0, 0, false},
    {"download", "port", PORT, AT(port), "8443", 0, 0, false},
    {"download", "public_port", NUMBER, AT(public_port), NULL, 1, 65535, true},
    {"download", "other_server", HOST, AT(other_server), NULL, 0, 0, true},
    {"download", "path", URL, AT(path), "/download", 0, 0, false},
    {"download", "devices_dir", PATH, AT(devices_dir), "/etc/secureesp/pki/devices", 0, 0, false},
    {"download", "threads", NUMBER, AT(threads), "2", 1, 64, false},
    {"download", "max_connections", NUMBER, AT(max_connections), "1000", 1, 100000, false},
    {"download", "max_connections_per_address", NUMBER, AT(max_connections_per_address), "200", 1,
        100000, false},
    {"download", "max_connections_per_certificate", NUMBER, AT(max_connections_per_certificate),
        "4", 1, 100000, false},
    {"download", "timeout_s", NUMBER, AT(timeout_s), "30", 1, 3600, false},
    {"download", "handshake_timeout_s", NUMBER, AT(handshake_timeout_s), "5", 1, 3600, false},
    {"download", "min_bytes_per_second", NUMBER, AT(min_bytes_per_second), "1000", 1, 1048576,
        false},
    {"download", "max_image_bytes", NUMBER, AT(max_image_bytes), IMAGE_BYTES, 1024, 16777216,
        false},
    {"mqtt", "host", HOST, AT(mqtt_host), "localhost", 0, 0, false},
    {"mqtt", "port", PORT, AT(mqtt_port), "8883", 0, 0, false},
    {"mqtt", "client_id", TEXT, AT(mqtt_client_id), "secureespd", 0, 0, false},
    {"commands", "sent_timeout_s", NUMBER, AT(sent_timeout_s), "300", 1, 604800, false},
    {"commands", "accept_timeout_s", NUMBER, AT(accept_timeout_s), "30", 1, 604800, false},
    {"commands", "firmware_timeout_s", NUMBER, AT(firmware_timeout_s), NULL, 1, 604800, false},
    {"commands", "flash_timeout_s", NUMBER, AT(flash_timeout_s), NULL, 1, 604800, false},
    {"commands", "reboot_timeout_s", NUMBER, AT(reboot_timeout_s), NULL, 1, 604800, false},
    {"commands", "file_timeout_s", NUMBER, AT(file_timeout_s), NULL, 1, 604800, false},
    {"commands", "wifi_timeout_s", NUMBER, AT(wifi_timeout_s), NULL, 1, 604800, false},
    {"commands", "resends", NUMBER, AT(resends), "2", 0, 100, false},
    {"commands", "queued_timeout_s", NUMBER, AT(queued_timeout_s), "604800", 1, 31536000, false},
    {"retention", "statuses_days", NUMBER, AT(statuses_days), "30", 1, 36500, true},
    {"retention", "hours_days", NUMBER, AT(hours_days), "400", 1, 36500, true},
    {"retention", "events_days", NUMBER, AT(events_days), "400", 1, 36500, true},
    {"retention", "statuses_per_minute", NUMBER, AT(statuses_per_minute), "30", 1, 6000, true},
    {"retention", "min_free_percent", NUMBER, AT(min_free_percent), "5", 0, 50, true},
    {"retention", "min_free_bytes", NUMBER, AT(min_free_bytes), "1073741824", 0, INT64_MAX, true},
    {"enrolment", "address", TEXT, AT(enrol_address), "0.0.0.0", 0, 0, false},
    {"enrolment", "port", PORT, AT(enrol_port), NULL, 0, 0, false},
    {"enrolment", "certificate", PATH, AT(enrol_certificate), NULL, 0, 0, false},
    {"enrolment", "key", PATH, AT(enrol_key), NULL, 0, 0, false},
    {"enrolment", "claim_ca", PATH, AT(enrol_claim_ca), NULL, 0, 0, false},
    {"enrolment", "signer", PATH, AT(enrol_signer), "/run/secureesp-signer/signer.sock", 0, 0,
        false},
    {"enrolment", "policy", POLICY, AT(enrol_policy), "listed", 0, 0, false},
    {"enrolment", "window_max_s", NUMBER, AT(enrol_window_max_s), "86400", 1, 31536000, false},
    {"enrolment", "grace_days", NUMBER, AT(enrol_grace_days), "0", 0, 3650, false},
    {"enrolment", "retry_after_s", NUMBER, AT(enrol_retry_after_s), "300", 1, 86400, false},
    {"enrolment", "claim_per_minute", NUMBER, AT(enrol_claim_per_minute), "600", 1, 1000000, false},
    {"enrolment", "address_per_minute", NUMBER, AT(enrol_address_per_minute), "120", 1, 1000000,
        false},
    {"operator", "address", TEXT, AT(operator_address), "0.0.0.0", 0, 0, false},
    {"operator", "port", PORT, AT(operator_port), NULL, 0, 0, false},
    {"operator", "certificate", PATH, AT(operator_certificate), NULL, 0, 0, false},
    {"operator", "key", PATH, AT(operator_key), NULL, 0, 0, false},
    {"operator", "idle_s", NUMBER, AT(operator_idle_s), "1800", 60, 86400, false},
    {"operator", "session_s", NUMBER, AT(operator_session_s), "43200", 60, 2592000, false},
    {"webhooks", "allow", NETWORKS, AT(webhook_allow), NULL, 0, 0, true},
    {"webhooks", "ca", PATH, AT(webhook_ca), NULL, 0, 0, false},
    {"webhooks", "timeout_s", NUMBER, AT(webhook_timeout_s), "10", 1, 300, false},
    {"webhooks", "retry_min_s", NUMBER, AT(webhook_retry_min_s), "5", 1, 86400, false},
    {"webhooks", "retry_max_s", NUMBER, AT(webhook_retry_max_s), "3600", 1, 86400, false},
    {"webhooks", "give_up_s", NUMBER, AT(webhook_give_up_s), "86400", 1, 2592000, false},
    {"webhooks", "queue_max", NUMBER, AT(webhook_queue_max), "10000", 1, 1000000, false},
    {"alerts", "mail_to", TEXT, AT(alert_mail_to), NULL, 0, 0, false},
    {"alerts", "mail_from", TEXT, AT(alert_mail_from), NULL, 0, 0, false},
    {"alerts", "sendmail", PATH, AT(alert_sendmail), "/usr/sbin/sendmail", 0, 0, false},
    {"alerts", "kinds", TEXT, AT(alert_kinds), NULL, 0, 0, false},
    {"alerts", "per_hour", NUMBER, AT(alert_per_hour), "20", 1, 1000, false},
    {"alerts", "broker_lost_s", NUMBER, AT(alert_broker_lost_s), "60", 1, 86400, false},
    {"alerts", "device_offline_s", NUMBER, AT(alert_device_offline_s), "86400", 1, 31536000, false},
    {"homeassistant", "enabled", SWITCH, AT(homeassistant_enabled), "no", 0, 0, false},
    {"homeassistant", "messages_per_second", NUMBER, AT(homeassistant_per_second), "100", 1, 10000,
        false},
#undef AT
};
#define SETTING_COUNT (sizeof settings / sizeof settings[0])

// What a request's path is compared with: plain names alone.
static int set_url_path(char **member, const char *value, struct err *err)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    const struct config_member *limits = &config_member_table[CONFIG_MEMBER_DOWNLOAD_PATH];
    const char *why = config_member_refuse_text(limits, value);

    if (why != NULL)
        return err_set(err, ERR_INVALID, "'%s' %s", value, why);
    if (strspn(value, plain) != strlen(value) || strstr(value, "//") != NULL ||
        strstr(value, "/.") != NULL)
        return err_set(err, ERR_INVALID,
            "'%s' is not made of '/' and names of letters, digits, '-', '_', '~' and '.'", value);
    return config_value_path(member, value, err);
}

static int set_host(char **member, const char *value, struct err *err)
{
    uint8_t address[16];
    const char *why =
        config_member_refuse_text(&config_member_table[CONFIG_MEMBER_MQTT_SERVER], value);

    if (why != NULL && inet_pton(AF_INET6, value, address) != 1)
        return err_set(err, ERR_INVALID, "'%s' %s", value, why);
    return config_value_text(member, value, err);
}

static int set_networks(char **member, const char *value, struct err *err)
{
    struct webhook_allow allow;
    int rc = webhook_allow_parse(value, &allow, err);

    return rc < 0 ? rc : config_value_text(member, value, err);
}

static int set_policy(enum enrol_policy *member, const char *value, struct err *err)
{
    if (strcmp(value, "listed") != 0 && strcmp(value, "approve") != 0)
        return err_set(err, ERR_INVALID, "'%s' is not one of listed, approve", value);
    *member = strcmp(value, "listed") == 0 ? ENROL_POLICY_LISTED : ENROL_POLICY_APPROVE;
    return 0;
}

static int set_number(
    const struct setting *setting, void *member, const char *value, struct err *err)
{
    struct config_value_range range = {setting->min, setting->max, 10};
    int64_t number;
    int rc;

    if (setting->type == LEVEL) {
        int level = log_level_from_name(value);

        if (level < 0)
            return err_set(
                err, ERR_INVALID, "'%s' is not one of error, warning, info, debug", value);
        *(enum log_level *)member = (enum log_level)level;
        return 0;
    }
    if (setting->type == POLICY)
        return set_policy(member, value, err);
    if (setting->type == SWITCH)
        return config_value_switch(value, member, err);
    if (setting->type == PORT)
        range = (struct config_value_range){1, 65535, 10};
    else if (setting->type == MODE)
        range = (struct config_value_range){0, 0777, 8};
    rc = config_value_number(value, &range, &number, err);
    if (rc < 0)
        return rc;
    if (setting->type == PORT)
        *(uint16_t *)member = (uint16_t)number;
    else if (setting->type == MODE)
        *(mode_t *)member = (mode_t)number;
    else
        *(int64_t *)member = number;
    return 0;
}

static int apply(
    struct config *config, const struct setting *setting, const char *value, struct err *err)
{
    void *member = (char *)config + setting->offset;

    if (value[0] == '\0')
        return err_set(err, ERR_INVALID, "the value is missing");
    switch (setting->type) {
    case PATH: return config_value_path(member, value, err);
    case URL: return set_url_path(member, value, err);
    case NETWORKS: return set_networks(member, value, err);
    case HOST: return set_host(member, value, err);
    case TEXT: return config_value_text(member, value, err);
    default: return set_number(setting, member, value, err);
    }
}

struct reading {
    struct config *config;
    int lines[SETTING_COUNT]; // of each setting, 0 if it was not there
};

static int take_device_member(
    struct reading *reading, const struct config_line *line, struct err *err)
{
    const char *mac = line->section + strlen(DEVICE_SECTION);

    while (*mac == ' ')
        mac++;

    if (line->name == NULL)
        return *mac == '\0' || mac_is_valid(mac, strlen(mac))
                   ? 0
                   : err_set(
                         err, ERR_INVALID, "'%s' is not a MAC of 12 lower-case hex digits", mac);

    struct download_config_entry entry = {.mac = *mac != '\0' ? mac : NULL,
        .member = line->name,
        .value = line->value,
        .line = line->number};

    return download_config_set(reading->config->device_config, &entry, err);
}

static int take_setting(
    struct reading *reading, size_t i, const struct config_line *line, struct err *err)
{
    if (reading->lines[i] != 0)
        return err_set(
            err, ERR_INVALID, "%s is already set, in line %d", settings[i].name, reading->lines[i]);
    reading->lines[i] = line->number;

    int rc = apply(reading->config, &settings[i], line->value, err);

    return rc < 0 ? err_context(err, "%s", settings[i].name) : 0;
}

static bool section_exists(const char *name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(settings[i].section, name) == 0)
            return true;
    }
    return false;
}

static int take(const struct config_line *line, void *ctx, struct err *err)
{
    size_t prefix = strlen(DEVICE_SECTION);

    if (strncmp(line->section, DEVICE_SECTION, prefix) == 0 &&
        (line->section[prefix] == '\0' || line->section[prefix] == ' '))
        return take_device_member(ctx, line, err);
    for (size_t i = 0; line->name != NULL && i < SETTING_COUNT; i++) {
        if (strcmp(settings[i].section, line->section) == 0 &&
            strcmp(settings[i].name, line->name) == 0)
            return take_setting(ctx, i, line, err);
    }
    if (line->name == NULL)
        return section_exists(line->section)
                   ? 0
                   : err_set(err, ERR_INVALID, "unknown section [%s]", line->section);
    return err_set(
        err, ERR_INVALID, "unknown setting '%s' in section [%s]", line->name, line->section);
}

static int set_defaults(struct config *config, struct err *err)
{
    int rc = download_config_new(&config->device_config);

    if (rc < 0)
        return err_set(err, rc, "no memory");
    for (size_t i = 0; i < SETTING_COUNT && rc == 0; i++) {
        if (settings[i].initial != NULL)
            rc = apply(config, &settings[i], settings[i].initial, err);
        else if (settings[i].type <= HOST)
            rc = config_value_text((char **)((char *)config + settings[i].offset), "", err);
    }
    return rc;
}

// As a whole, and where the first thing stands that is wrong.
static int check_devices(struct config *config, const char *name, struct err *err)
{
    struct settings_judge_server server = {
        .path = config->path,
        .port = config->port,
        .public_port = (uint16_t)config->public_port,
        .other_server = config->other_server,
        .offline_after_ms = config->offline_after_s * 1000,
    };
    int line;
    int rc = download_config_check(config->device_config, &server, &line, err);

    if (rc == 0)
        return 0;
    return line > 0 ? err_context(err, "%s:%d", name, line) : err_context(err, "%s", name);
}

int config_parse(const char *name, const char *text, size_t n, struct config *out, struct err *err)
{
    struct config config = {0};
    struct config_lines lines = {name, text, n};
    struct reading reading = {.config = &config};
    int rc = set_defaults(&config, err);

    if (rc == 0)
        rc = config_lines_read(&lines, take, &reading, err);
    if (rc == 0)
        rc = check_devices(&config, name, err);
    if (rc == 0)
        rc = config_check_run(&config, name, err);
    if (rc < 0) {
        config_clear(&config);
        return rc;
    }
    *out = config;
    return 0;
}

int config_load(const char *path, struct config *out, struct err *err)
{
    uint8_t *text;
    size_t n;
    int rc = file_read(path, FILE_MAX, &text, &n, err);

    if (rc < 0)
        return rc;
    rc = config_parse(path, (const char *)text, n, out, err);
    free(text);
    return rc;
}

void config_clear(struct config *config)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (settings[i].type <= HOST)
            free(*(char **)((char *)config + settings[i].offset));
    }
    download_config_free(config->device_config);
    memset(config, 0, sizeof *config);
}

static bool is_same(const struct setting *setting, const struct config *a, const struct config *b)
{
    const char *left = (const char *)a + setting->offset;
    const char *right = (const char *)b + setting->offset;

    if (setting->type <= HOST)
        return strcmp(*(char *const *)left, *(char *const *)right) == 0;
    switch (setting->type) {
    case PORT: return memcmp(left, right, sizeof(uint16_t)) == 0;
    case MODE: return memcmp(left, right, sizeof(mode_t)) == 0;
    case LEVEL: return memcmp(left, right, sizeof(enum log_level)) == 0;
    case POLICY: return memcmp(left, right, sizeof(enum enrol_policy)) == 0;
    default: return memcmp(left, right, sizeof(int64_t)) == 0;
    }
}

void config_compare(const struct config *a, const struct config *b, char *out, size_t size)
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (settings[i].reloads || is_same(&settings[i], a, b) || n >= size)
            continue;
        n += (size_t)snprintf(out + n, size - n, "%s[%s] %s", n > 0 ? ", " : "",
            settings[i].section, settings[i].name);
    }
}
