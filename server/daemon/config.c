// secureesp.conf: a table of settings over libinih.
#include "server/daemon/config.h"

#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"

#define DEVICE_SECTION "config.json"
#define FILE_MAX ((size_t)1024 * 1024)

enum setting_type { PATH, TEXT, PORT, MODE, LEVEL, NUMBER };

// One row for each setting: where it stands, its default, its bounds (NUMBER), and whether a reload
// changes it.
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
    {"download", "path", PATH, AT(path), "/download", 0, 0, false},
    {"download", "devices_dir", PATH, AT(devices_dir), "/etc/secureesp/pki/devices", 0, 0, false},
    {"download", "threads", NUMBER, AT(threads), "2", 1, 64, false},
    {"download", "max_connections", NUMBER, AT(max_connections), "1000", 1, 100000, false},
    {"download", "max_connections_per_address", NUMBER, AT(max_connections_per_address), "200", 1,
        100000, false},
    {"download", "timeout_s", NUMBER, AT(timeout_s), "30", 1, 3600, false},
    {"download", "max_image_bytes", NUMBER, AT(max_image_bytes), "1044464", 1024, 16777216, false},
    {"mqtt", "host", TEXT, AT(mqtt_host), "localhost", 0, 0, false},
    {"mqtt", "port", PORT, AT(mqtt_port), "8883", 0, 0, false},
    {"mqtt", "client_id", TEXT, AT(mqtt_client_id), "secureespd", 0, 0, false},
    {"commands", "sent_timeout_s", NUMBER, AT(sent_timeout_s), "300", 1, 604800, false},
    {"commands", "queued_timeout_s", NUMBER, AT(queued_timeout_s), "604800", 1, 31536000, false},
    {"retention", "statuses_days", NUMBER, AT(statuses_days), "30", 1, 36500, true},
    {"retention", "hours_days", NUMBER, AT(hours_days), "400", 1, 36500, true},
    {"retention", "events_days", NUMBER, AT(events_days), "400", 1, 36500, true},
#undef AT
};
#define SETTING_COUNT (sizeof settings / sizeof settings[0])

static int set_text(char **member, const char *value, struct err *err)
{
    char *copy = strdup(value);

    if (copy == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    free(*member);
    *member = copy;
    return 0;
}

// Paths are absolute, and need no slash at their end.
static int set_path(char **member, const char *value, struct err *err)
{
    size_t n = strlen(value);
    int rc;

    if (value[0] != '/')
        return err_set(err, ERR_INVALID, "'%s' is no absolute path", value);
    rc = set_text(member, value, err);
    if (rc < 0)
        return rc;
    while (n > 1 && (*member)[n - 1] == '/')
        (*member)[--n] = '\0';
    return 0;
}

static int read_number(
    const char *value, int64_t min, int64_t max, int base, int64_t *out, struct err *err)
{
    char *end;

    errno = 0;
    *out = strtoll(value, &end, base);
    if (errno != 0 || end == value || *end != '\0')
        return err_set(err, ERR_INVALID, "'%s' is no number", value);
    if (*out < min || *out > max)
        return err_set(err, ERR_INVALID, "%s is not between %lld and %lld", value, (long long)min,
            (long long)max);
    return 0;
}

static int set_number(
    const struct setting *setting, void *member, const char *value, struct err *err)
{
    int64_t number;
    int rc;

    if (setting->type == LEVEL) {
        int level = log_level_from_name(value);

        if (level < 0)
            return err_set(err, ERR_INVALID, "'%s' is none of error, warning, info, debug", value);
        *(enum log_level *)member = (enum log_level)level;
        return 0;
    }
    if (setting->type == PORT)
        rc = read_number(value, 1, 65535, 10, &number, err);
    else if (setting->type == MODE)
        rc = read_number(value, 0, 0777, 8, &number, err);
    else
        rc = read_number(value, setting->min, setting->max, 10, &number, err);
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
    case PATH: return set_path(member, value, err);
    case TEXT: return set_text(member, value, err);
    default: return set_number(setting, member, value, err);
    }
}

struct reading {
    struct config *config;
    char last[128];   // "section name" of the line before
    const char *text; // what is not yet read
    size_t left;      // its bytes
    int line;         // the last that was read
    struct err err;   // the first mistake
};

static int take_device_member(
    struct reading *reading, const char *section, const char *name, const char *value)
{
    const char *mac = section + strlen(DEVICE_SECTION);

    while (*mac == ' ')
        mac++;
    return download_config_set(
        reading->config->device_config, *mac != '\0' ? mac : NULL, name, value, &reading->err);
}

static int take(struct reading *reading, const char *section, const char *name, const char *value)
{
    size_t prefix = strlen(DEVICE_SECTION);

    if (strncmp(section, DEVICE_SECTION, prefix) == 0 &&
        (section[prefix] == '\0' || section[prefix] == ' '))
        return take_device_member(reading, section, name, value);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(settings[i].section, section) != 0 || strcmp(settings[i].name, name) != 0)
            continue;

        int rc = apply(reading->config, &settings[i], value, &reading->err);

        return rc < 0 ? err_context(&reading->err, "%s", name) : 0;
    }
    return err_set(
        &reading->err, ERR_INVALID, "unknown setting '%s' in section [%s]", name, section);
}

// libinih's way: 0 marks the line as wrong, and the first such line is what ini_parse() returns.
static int handle_setting(void *ctx, const char *section, const char *name, const char *value)
{
    struct reading *reading = ctx;
    char present[sizeof reading->last];

    if (reading->err.code != 0)
        return 0;
    // libinih hands an indented line to the setting before it, as if it stood there again.
    snprintf(present, sizeof present, "%s %s", section, name);
    if (strcmp(present, reading->last) == 0) {
        err_set(&reading->err, ERR_INVALID,
            "%s is set twice in a row; settings begin at the start of their line", name);
        return 0;
    }
    memcpy(reading->last, present, sizeof present);
    return take(reading, section, name, value) == 0;
}

static int set_defaults(struct config *config, struct err *err)
{
    int rc = download_config_new(&config->device_config);

    if (rc < 0)
        return err_set(err, rc, "no memory");
    for (size_t i = 0; i < SETTING_COUNT && rc == 0; i++)
        rc = apply(config, &settings[i], settings[i].initial, err);
    return rc;
}

// libinih's way, as fgets(3): it would take the rest of a long line for a line of its own.
static char *read_line(char *buffer, int size, void *stream)
{
    struct reading *reading = stream;
    const char *end = reading->left > 0 ? memchr(reading->text, '\n', reading->left) : NULL;
    size_t n = end != NULL ? (size_t)(end - reading->text) + 1 : reading->left;

    if (reading->err.code != 0 || n == 0)
        return NULL;
    reading->line++;
    if (n >= (size_t)size) {
        err_set(&reading->err, ERR_INVALID, "the line has more than %d bytes", size - 1);
        return NULL;
    }
    if (memchr(reading->text, '\0', n) != NULL) { // which would hide what follows it
        err_set(&reading->err, ERR_INVALID, "the line has a NUL");
        return NULL;
    }
    memcpy(buffer, reading->text, n);
    buffer[n] = '\0';
    reading->text += n;
    reading->left -= n;
    return buffer;
}

static int read_settings(struct reading *reading, const char *name, struct err *err)
{
    int wrong = ini_parse_stream(read_line, reading, handle_setting, reading);

    if (wrong == 0 && reading->err.code != 0)
        wrong = reading->line;
    if (wrong == 0)
        return 0;
    return err_set(err, ERR_INVALID, "%s:%d: %s", name, wrong,
        reading->err.code != 0 ? reading->err.message : "neither [section] nor name = value");
}

int config_parse(const char *name, const char *text, size_t n, struct config *out, struct err *err)
{
    struct config config = {0};
    struct reading reading = {.config = &config, .text = text, .left = n};
    int rc = set_defaults(&config, err);

    if (rc == 0)
        rc = read_settings(&reading, name, err);
    if (rc == 0) {
        rc = download_config_check(config.device_config, err);
        if (rc < 0)
            err_context(err, "%s", name);
    }
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
        if (settings[i].type == PATH || settings[i].type == TEXT)
            free(*(char **)((char *)config + settings[i].offset));
    }
    download_config_free(config->device_config);
    memset(config, 0, sizeof *config);
}

static bool is_same(const struct setting *setting, const struct config *a, const struct config *b)
{
    const char *left = (const char *)a + setting->offset;
    const char *right = (const char *)b + setting->offset;

    switch (setting->type) {
    case PATH:
    case TEXT: return strcmp(*(char *const *)left, *(char *const *)right) == 0;
    case PORT: return memcmp(left, right, sizeof(uint16_t)) == 0;
    case MODE: return memcmp(left, right, sizeof(mode_t)) == 0;
    case LEVEL: return memcmp(left, right, sizeof(enum log_level)) == 0;
    case NUMBER: return memcmp(left, right, sizeof(int64_t)) == 0;
    }
    return true;
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
