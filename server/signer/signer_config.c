// signer.conf: a table of settings.
#include "server/signer/signer_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/config/config_lines.h"
#include "server/config/config_value.h"
#include "server/signer/signer_hour.h"

#define FILE_MAX 65536

static int set_folder(struct signer_config *config, const char *value, struct err *err)
{
    return config_value_path(&config->folder, value, err);
}

static int set_socket(struct signer_config *config, const char *value, struct err *err)
{
    return config_value_path(&config->socket, value, err);
}

static int set_client(struct signer_config *config, const char *value, struct err *err)
{
    return config_value_text(&config->client, value, err);
}

static int set_days(struct signer_config *config, const char *value, struct err *err)
{
    static const struct config_value_range range = {1, 36500, 10};

    return config_value_number(value, &range, &config->policy.days, err);
}

static int set_per_hour(struct signer_config *config, const char *value, struct err *err)
{
    static const struct config_value_range range = {1, SIGNER_HOUR_MOST, 10};

    return config_value_number(value, &range, &config->policy.per_hour, err);
}

static int set_keys(struct signer_config *config, const char *value, struct err *err)
{
    return signer_policy_read_keys(value, &config->policy, err);
}

static int set_macs(struct signer_config *config, const char *value, struct err *err)
{
    return signer_policy_read_prefixes(value, &config->policy, err);
}

// One row for each setting, with its default; NULL: none.
static const struct setting {
    const char *section;
    const char *name;
    const char *initial;
    int (*set)(struct signer_config *config, const char *value, struct err *err);
} settings[] = {
    {"signer", "folder", "/var/lib/secureesp-signer", set_folder},
    {"signer", "socket", "/run/secureesp-signer/signer.sock", set_socket},
    {"signer", "client", "secureesp", set_client},
    {"policy", "days", "1825", set_days},
    {"policy", "per_hour", "100", set_per_hour},
    {"policy", "keys", "p256", set_keys},
    {"policy", "macs", NULL, set_macs},
};
#define SETTING_COUNT (sizeof settings / sizeof settings[0])

struct reading {
    struct signer_config *config;
    int lines[SETTING_COUNT]; // of each setting, 0 if it was not there
};

static int take_setting(
    struct reading *reading, size_t i, const struct config_line *line, struct err *err)
{
    if (reading->lines[i] != 0)
        return err_set(
            err, ERR_INVALID, "%s is already set, in line %d", settings[i].name, reading->lines[i]);
    reading->lines[i] = line->number;
    if (line->value[0] == '\0')
        return err_set(err, ERR_INVALID, "%s: the value is missing", settings[i].name);

    int rc = settings[i].set(reading->config, line->value, err);

    return rc < 0 ? err_context(err, "%s", settings[i].name) : 0;
}

static int take(const struct config_line *line, void *ctx, struct err *err)
{
    bool is_section = false;

    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(settings[i].section, line->section) != 0)
            continue;
        is_section = true;
        if (line->name != NULL && strcmp(settings[i].name, line->name) == 0)
            return take_setting(ctx, i, line, err);
    }
    if (line->name == NULL)
        return is_section ? 0 : err_set(err, ERR_INVALID, "unknown section [%s]", line->section);
    return err_set(
        err, ERR_INVALID, "unknown setting '%s' in section [%s]", line->name, line->section);
}

static int set_defaults(struct signer_config *config, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < SETTING_COUNT && rc == 0; i++) {
        if (settings[i].initial != NULL)
            rc = settings[i].set(config, settings[i].initial, err);
    }
    return rc;
}

int signer_config_parse(
    const char *name, const char *text, size_t n, struct signer_config *out, struct err *err)
{
    struct signer_config config = {0};
    struct config_lines lines = {name, text, n};
    struct reading reading = {.config = &config};
    int rc = set_defaults(&config, err);

    if (rc == 0)
        rc = config_lines_read(&lines, take, &reading, err);
    if (rc < 0) {
        signer_config_clear(&config);
        return rc;
    }
    *out = config;
    return 0;
}

int signer_config_load(const char *path, struct signer_config *out, struct err *err)
{
    uint8_t *text;
    size_t n;
    int rc = file_read(path, FILE_MAX, &text, &n, err);

    if (rc < 0)
        return rc;
    rc = signer_config_parse(path, (const char *)text, n, out, err);
    free(text);
    return rc;
}

void signer_config_clear(struct signer_config *config)
{
    free(config->folder);
    free(config->socket);
    free(config->client);
    memset(config, 0, sizeof *config);
}
