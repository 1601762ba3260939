// Finds out what the broker drops in silence.
#include "server/mqtt/mqtt_probe.h"

#include <stdio.h>
#include <string.h>

#include <mosquitto.h>

#define WAIT_MS 10000      // for a probe
#define BUSY_MS 2000       // as long as anything arrived within this, it may still come,
#define WAIT_BUSY_MS 30000 // up to this
#define EVERY_MS 60000     // after a round in which all was heard
#define AGAIN_MS 10000     // after another

// Whether it fits.
static bool add(struct mqtt_probe *probe, const char *filter, const char *rule, const char *name)
{
    struct mqtt_probe_path *path = &probe->paths[probe->count];
    size_t n = 0;

    if (probe->count == MQTT_PROBE_PATHS_MAX)
        return false;
    for (const char *p = filter; *p != '\0'; p++) {
        size_t size = *p == '+' ? strlen(name) : 1;

        if (n + size >= sizeof path->topic)
            return false;
        memcpy(path->topic + n, *p == '+' ? name : p, size);
        n += size;
    }
    path->topic[n] = '\0';
    path->filter = filter;
    path->rule = rule != NULL ? rule : path->topic;
    probe->count++;
    return true;
}

const char *mqtt_probe_init(
    struct mqtt_probe *probe, const char *const *filters, const char *publishes, const char *name)
{
    struct mqtt_probe_path *own;

    *probe = (struct mqtt_probe){0};
    for (size_t i = 0; filters[i] != NULL; i++)
        add(probe, filters[i], NULL, name);
    if (publishes == NULL || !add(probe, publishes, publishes, name))
        return NULL;
    own = &probe->paths[probe->count - 1];
    own->filter = own->topic;
    return own->topic;
}

void mqtt_probe_reset(struct mqtt_probe *probe)
{
    probe->running = false;
    probe->next_ms = 0;
}

bool mqtt_probe_is_due(struct mqtt_probe *probe, int64_t now_ms)
{
    if (probe->count == 0 || probe->running || now_ms < probe->next_ms)
        return false;
    probe->running = true;
    probe->began_ms = probe->heard_ms = now_ms;
    for (size_t i = 0; i < probe->count; i++)
        probe->paths[i].heard = false;
    return true;
}

bool mqtt_probe_hear(struct mqtt_probe *probe, const char *topic, int64_t now_ms)
{
    bool is_probe = false;

    probe->heard_ms = now_ms;
    for (size_t i = 0; i < probe->count; i++) {
        struct mqtt_probe_path *path = &probe->paths[i];
        bool matches = false;

        if (mosquitto_topic_matches_sub(path->filter, topic, &matches) == MOSQ_ERR_SUCCESS &&
            matches)
            path->heard = true;
        is_probe = is_probe || strcmp(path->topic, topic) == 0;
    }
    return is_probe;
}

bool mqtt_probe_has_ended(struct mqtt_probe *probe, int64_t now_ms)
{
    size_t heard = 0;
    int64_t waited_ms = now_ms - probe->began_ms;
    bool is_busy = now_ms - probe->heard_ms < BUSY_MS && waited_ms < WAIT_BUSY_MS;

    for (size_t i = 0; i < probe->count; i++)
        heard += probe->paths[i].heard;
    if (!probe->running || (heard < probe->count && (waited_ms < WAIT_MS || is_busy)))
        return false;
    for (size_t i = 0; i < probe->count; i++)
        probe->paths[i].lost = !probe->paths[i].heard;
    probe->running = false;
    probe->next_ms = now_ms + (heard == probe->count ? EVERY_MS : AGAIN_MS);
    return true;
}

void mqtt_probe_describe(
    const struct mqtt_probe *probe, const char *certificate, char text[MQTT_PROBE_TEXT_SIZE])
{
    const struct mqtt_probe_path *first = NULL;
    size_t lost = 0;

    for (size_t i = 0; i < probe->count; i++) {
        if (!probe->paths[i].lost)
            continue;
        if (first == NULL)
            first = &probe->paths[i];
        lost++;
    }
    text[0] = '\0';
    if (lost == 0)
        return;
    if (lost == probe->count)
        snprintf(text, MQTT_PROBE_TEXT_SIZE,
            "the broker lets nothing through: its acl_file must have our secureesp.acl's rules for "
            "the user that is the common name of %s",
            certificate);
    else
        snprintf(text, MQTT_PROBE_TEXT_SIZE,
            "the broker drops what is said to %s, %zu of %zu paths: its acl_file lacks \"topic "
            "read %s\" or \"topic write %s\" for this daemon",
            first->topic, lost, probe->count, first->filter, first->rule);
}
