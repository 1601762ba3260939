// config.json, made for the asking device.
#include "server/download/download_config.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "common/mac.h"

enum member_type { TEXT, PORT, PORT_TEXT, BOOLEAN, MILLISECONDS };

// downloadport is written as a string: sketches in the field read it as one, our firmware as
// either.
static const struct member {
    const char *name;
    enum member_type type;
    bool needed;
} members[] = {
    {CONTRACT_CONFIG_DOWNLOAD_SERVER, TEXT, true},
    {CONTRACT_CONFIG_DOWNLOAD_PORT, PORT_TEXT, true},
    {CONTRACT_CONFIG_DOWNLOAD_PATH, TEXT, true},
    {CONTRACT_CONFIG_MQTT_SERVER, TEXT, true},
    {CONTRACT_CONFIG_MQTT_PORT, PORT, true},
    {CONTRACT_CONFIG_MQTT_TLS, BOOLEAN, false},
    {CONTRACT_CONFIG_NTP_SERVER, TEXT, false},
    {CONTRACT_CONFIG_STATUS_INTERVAL, MILLISECONDS, false},
    {CONTRACT_CONFIG_WAIT_TIMEOUT, MILLISECONDS, false},
    {CONTRACT_CONFIG_RETRY_TIMEOUT, MILLISECONDS, false},
};
#define MEMBER_COUNT (sizeof members / sizeof members[0])

struct download_config {
    json_t *common;  // member -> value
    json_t *devices; // MAC -> { member -> value }
};

int download_config_new(struct download_config **out)
{
    struct download_config *config = calloc(1, sizeof *config);

    if (config == NULL)
        return ERR_NO_MEMORY;
    config->common = json_object();
    config->devices = json_object();
    if (config->common == NULL || config->devices == NULL) {
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
    json_decref(config->common);
    json_decref(config->devices);
    free(config);
}

static bool read_number(const char *text, long max, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *out >= 1 && *out <= max;
}

static json_t *value_of(enum member_type type, const char *text, struct err *err)
{
    long number;

    switch (type) {
    case TEXT: return text[0] != '\0' ? json_string(text) : NULL;
    case BOOLEAN:
        if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
            return json_boolean(text[0] == 't');
        err_set(err, ERR_INVALID, "'%s' is neither true nor false", text);
        return NULL;
    case PORT:
    case PORT_TEXT:
        if (read_number(text, 65535, &number))
            return type == PORT ? json_integer(number) : json_sprintf("%ld", number);
        err_set(err, ERR_INVALID, "'%s' is no port", text);
        return NULL;
    case MILLISECONDS:
        if (read_number(text, 86400000, &number))
            return json_integer(number);
        err_set(err, ERR_INVALID, "'%s' is no number of milliseconds up to a day", text);
        return NULL;
    }
    return NULL;
}

// The object that holds a device's own values, made if need be; or the common one.
static json_t *object_of(struct download_config *config, const char *mac)
{
    if (mac == NULL)
        return config->common;

    json_t *own = json_object_get(config->devices, mac);

    if (own == NULL) {
        own = json_object();
        if (json_object_set_new(config->devices, mac, own) < 0)
            return NULL;
    }
    return own;
}

int download_config_set(struct download_config *config, const char *mac, const char *member,
    const char *value, struct err *err)
{
    size_t i = 0;
    struct err reason = {ERR_INVALID, "empty, or no UTF-8"};

    if (mac != NULL && !mac_is_valid(mac, strlen(mac)))
        return err_set(err, ERR_INVALID, "'%s' is no MAC of 12 lower-case hex digits", mac);
    while (i < MEMBER_COUNT && strcmp(members[i].name, member) != 0)
        i++;
    if (i == MEMBER_COUNT)
        return err_set(err, ERR_INVALID, "config.json has no member '%s'", member);

    json_t *json = value_of(members[i].type, value, &reason);

    if (json == NULL)
        return err_set(err, ERR_INVALID, "%s: %s", member, reason.message);
    if (json_object_set_new(object_of(config, mac), member, json) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for %s", member);
    return 0;
}

int download_config_check(const struct download_config *config, struct err *err)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (members[i].needed && json_object_get(config->common, members[i].name) == NULL)
            return err_set(err, ERR_INVALID,
                "section [config.json] lacks %s, which devices cannot do without", members[i].name);
    }
    return 0;
}

// By size first: without memory for the growing text of json_dumps() jansson may leave out a part.
static uint8_t *dump(const json_t *object, size_t *n)
{
    size_t size = json_dumpb(object, NULL, 0, JSON_INDENT(2));
    uint8_t *text = size > 0 ? malloc(size) : NULL;

    if (text == NULL)
        return NULL;
    *n = json_dumpb(object, (char *)text, size, JSON_INDENT(2));
    if (*n == size)
        return text;
    free(text);
    return NULL;
}

int download_config_render(
    const struct download_config *config, const char *mac, uint8_t **out, size_t *n)
{
    json_t *object = json_object();
    json_t *own = json_object_get(config->devices, mac);
    uint8_t *text = NULL;
    size_t size;

    for (size_t i = 0; i < MEMBER_COUNT; i++) { // in the contract's order
        json_t *value = json_object_get(own, members[i].name);

        if (value == NULL)
            value = json_object_get(config->common, members[i].name);
        // A copy: threads that render at once would share a count of references.
        if (value != NULL &&
            json_object_set_new(object, members[i].name, json_deep_copy(value)) < 0)
            goto cleanup;
    }
    text = dump(object, &size);
cleanup:
    json_decref(object);
    if (text == NULL)
        return ERR_NO_MEMORY;
    *n = size;
    *out = text;
    return 0;
}
