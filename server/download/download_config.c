// config.json, made for the asking device.
#include "server/download/download_config.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config_member.h"
#include "common/mac.h"
#include "server/settings/settings_render.h"

#define PLACE_SIZE 64

struct download_config {
    struct settings_base base;
    json_t *lines; // "MAC member" or " member" -> line
};

int download_config_new(struct download_config **out)
{
    struct download_config *config = calloc(1, sizeof *config);

    if (config == NULL)
        return ERR_NO_MEMORY;
    config->lines = json_object();
    if (settings_base_init(&config->base) < 0 || config->lines == NULL) {
        download_config_free(config);
        return ERR_NO_MEMORY;
    }
    *out = config;
    return 0;
}

void download_config_free(struct download_config *config)
{
    if (config == NULL)
        return;
    settings_base_clear(&config->base);
    json_decref(config->lines);
    free(config);
}

static int read_number(
    const struct config_member *member, const char *text, long *out, struct err *err)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    if (end == text || *end != '\0')
        return err_set(err, ERR_INVALID, "'%s' is not a number", text);
    if (errno != 0 || *out < (long)member->min || *out > (long)member->max)
        return err_set(err, ERR_INVALID, "%s is not from %lu to %lu, which is what devices accept",
            text, (unsigned long)member->min, (unsigned long)member->max);
    return 0;
}

// The value as devices read it: sketches in the field want downloadport as a string, our firmware
// takes either.
static json_t *number_of(const struct config_member *member, const char *text, struct err *err)
{
    long number;

    if (read_number(member, text, &number, err) < 0)
        return NULL;
    return member == &config_member_table[CONFIG_MEMBER_DOWNLOAD_PORT] ? json_sprintf("%ld", number)
                                                                       : json_integer(number);
}

static json_t *text_of(const struct config_member *member, const char *text, struct err *err)
{
    const char *why = config_member_refuse_text(member, text);

    if (why == NULL)
        return json_string(text);
    err_set(err, ERR_INVALID, "'%s' %s; devices would refuse it", text, why);
    return NULL;
}

static json_t *value_of(const struct config_member *member, const char *text, struct err *err)
{
    if (text[0] == '\0') {
        err_set(err, ERR_INVALID, "the value is missing");
        return NULL;
    }
    switch (member->kind) {
    case CONFIG_MEMBER_HOST:
    case CONFIG_MEMBER_PATH: return text_of(member, text, err);
    case CONFIG_MEMBER_NUMBER: return number_of(member, text, err);
    case CONFIG_MEMBER_TRUE:
        if (strcmp(text, "true") == 0)
            return json_true();
        err_set(
            err, ERR_INVALID, "'%s' is not true; devices talk to the broker over TLS only", text);
        return NULL;
    }
    return NULL;
}

// The object that holds a device's own values, made if need be; or the common one.
static json_t *object_of(struct download_config *config, const char *mac)
{
    if (mac == NULL)
        return config->base.common;

    json_t *own = json_object_get(config->base.devices, mac);

    if (own == NULL) {
        own = json_object();
        if (json_object_set_new(config->base.devices, mac, own) < 0)
            return NULL;
    }
    return own;
}

static const struct config_member *find_member(const char *name)
{
    for (size_t i = 0; i < CONFIG_MEMBER_COUNT; i++) {
        if (strcmp(config_member_table[i].name, name) == 0)
            return &config_member_table[i];
    }
    return NULL;
}

static void place_of(const char *mac, const char *member, char out[PLACE_SIZE])
{
    snprintf(out, PLACE_SIZE, "%s %s", mac != NULL ? mac : "", member);
}

// Where the value stands that this device gets.
static int line_of(const struct download_config *config, const char *mac, const char *member)
{
    char place[PLACE_SIZE];
    const json_t *line;

    place_of(mac, member, place);
    line = json_object_get(config->lines, place);
    if (line == NULL) {
        place_of(NULL, member, place);
        line = json_object_get(config->lines, place);
    }
    return (int)json_integer_value(line);
}

int download_config_set(
    struct download_config *config, const struct download_config_entry *entry, struct err *err)
{
    const struct config_member *member = find_member(entry->member);
    struct err reason = {ERR_NO_MEMORY, "no memory"};
    char place[PLACE_SIZE];

    if (entry->mac != NULL && !mac_is_valid(entry->mac, strlen(entry->mac)))
        return err_set(
            err, ERR_INVALID, "'%s' is not a MAC of 12 lower-case hex digits", entry->mac);
    if (member == NULL)
        return err_set(err, ERR_INVALID, "config.json has no member '%s'", entry->member);
    place_of(entry->mac, entry->member, place);
    if (json_object_get(config->lines, place) != NULL)
        return err_set(err, ERR_INVALID, "%s is already set, in line %d", entry->member,
            line_of(config, entry->mac, entry->member));

    json_t *json = value_of(member, entry->value, &reason);

    if (json == NULL)
        return err_set(err, reason.code, "%s: %s", entry->member, reason.message);
    if (json_object_set_new(object_of(config, entry->mac), entry->member, json) < 0 ||
        json_object_set_new(config->lines, place, json_integer(entry->line)) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for %s", entry->member);
    return 0;
}

static int check_one(const struct download_config *config, const char *mac,
    const struct settings_judge_server *server, int *line, struct err *err)
{
    enum config_member_index wrong = CONFIG_MEMBER_COUNT;
    json_t *effective = settings_base_read(&config->base, mac);
    int rc = effective != NULL ? settings_judge_way(effective, server, &wrong, err)
                               : err_set(err, ERR_NO_MEMORY, "no memory for config.json");

    json_decref(effective);
    if (rc < 0 && wrong != CONFIG_MEMBER_COUNT)
        *line = line_of(config, mac, config_member_table[wrong].name);
    return rc;
}

int download_config_check(struct download_config *config,
    const struct settings_judge_server *server, int *line, struct err *err)
{
    enum config_member_index missing = settings_judge_missing(config->base.common);
    const char *mac;
    json_t *own;

    *line = 0;
    if (missing != CONFIG_MEMBER_COUNT)
        return err_set(err, ERR_INVALID, "section [config.json] lacks %s, which devices need",
            config_member_table[missing].name);

    int rc = check_one(config, NULL, server, line, err);

    json_object_foreach(config->base.devices, mac, own)
    {
        if (rc == 0)
            rc = check_one(config, mac, server, line, err);
    }
    return rc < 0 ? rc : settings_base_set_server(&config->base, server, err);
}

static bool is_elsewhere(
    const struct download_config *config, const char *mac, const char *other_server)
{
    json_t *effective = settings_base_read(&config->base, mac);
    bool elsewhere = settings_judge_is_elsewhere(effective, other_server);

    json_decref(effective);
    return elsewhere;
}

int download_config_each_name(const struct download_config *config,
    const struct download_config_judge *judge, int *line, struct err *err)
{
    const char *member = config_member_table[judge->member].name;
    const char *common = json_string_value(json_object_get(config->base.common, member));
    const char *mac;
    json_t *own;
    int rc = 0;

    *line = line_of(config, NULL, member);
    if (common != NULL && !is_elsewhere(config, NULL, judge->other_server))
        rc = judge->judge(common, judge->ctx, err);
    json_object_foreach(config->base.devices, mac, own)
    {
        const char *name = json_string_value(json_object_get(own, member));

        if (rc < 0 || name == NULL || is_elsewhere(config, mac, judge->other_server))
            continue;
        *line = line_of(config, mac, member);
        rc = judge->judge(name, judge->ctx, err);
    }
    return rc;
}

bool download_config_has_own(const struct download_config *config, const char *mac)
{
    return json_object_get(config->base.devices, mac) != NULL;
}

bool download_config_borrows(
    const struct download_config *config, const char *mac, const char *place)
{
    return strcmp(mac, place) != 0 && !download_config_has_own(config, mac) &&
           download_config_has_own(config, place);
}

bool download_config_is_common(const struct download_config *config)
{
    return json_object_size(config->base.devices) == 0;
}

int download_config_render(
    const struct download_config *config, const char *mac, uint8_t **out, size_t *n)
{
    json_t *object = settings_base_read(&config->base, mac);
    int rc = object != NULL ? settings_render_file(object, out, n) : ERR_NO_MEMORY;

    json_decref(object);
    return rc;
}

const struct settings_base *download_config_base(const struct download_config *config)
{
    return &config->base;
}
