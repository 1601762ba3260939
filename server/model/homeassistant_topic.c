// The topics between the daemon and Home Assistant.
#include "server/model/homeassistant_topic.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *before, *after;
    const char *order;
} forms[] = {
    [HOMEASSISTANT_TOPIC_CONFIG] = {"homeassistant/device/secureesp_", "/config", NULL},
    [HOMEASSISTANT_TOPIC_STATE] = {"secureesp/", "/state", NULL},
    [HOMEASSISTANT_TOPIC_AVAILABILITY] = {"secureesp/", "/availability", NULL},
    [HOMEASSISTANT_TOPIC_INSTALL] = {"secureesp/", "/install", "install"},
    [HOMEASSISTANT_TOPIC_RESTART] = {"secureesp/", "/restart", "restart"},
};

_Static_assert(sizeof forms / sizeof forms[0] == HOMEASSISTANT_TOPIC_COUNT, "each has its form");

bool homeassistant_topic_parse(const char *topic, struct homeassistant_topic *out)
{
    size_t length = strlen(topic);

    for (int kind = 0; kind < HOMEASSISTANT_TOPIC_COUNT; kind++) {
        size_t n = strlen(forms[kind].before);

        if (length < n + MAC_LENGTH || memcmp(topic, forms[kind].before, n) != 0 ||
            !mac_is_valid(topic + n, MAC_LENGTH) ||
            strcmp(topic + n + MAC_LENGTH, forms[kind].after) != 0)
            continue;
        out->kind = (enum homeassistant_topic_kind)kind;
        memcpy(out->mac, topic + n, MAC_LENGTH);
        out->mac[MAC_LENGTH] = '\0';
        return true;
    }
    return false;
}

void homeassistant_topic_format(
    char out[HOMEASSISTANT_TOPIC_SIZE], enum homeassistant_topic_kind kind, const char *mac)
{
    snprintf(out, HOMEASSISTANT_TOPIC_SIZE, "%s%.*s%s", forms[kind].before, MAC_LENGTH, mac,
        forms[kind].after);
}

const char *homeassistant_topic_order(enum homeassistant_topic_kind kind)
{
    return forms[kind].order;
}

bool homeassistant_topic_find_order(const char *name, enum homeassistant_topic_kind *out)
{
    for (int kind = 0; kind < HOMEASSISTANT_TOPIC_COUNT; kind++) {
        if (forms[kind].order == NULL || strcmp(forms[kind].order, name) != 0)
            continue;
        *out = (enum homeassistant_topic_kind)kind;
        return true;
    }
    return false;
}
