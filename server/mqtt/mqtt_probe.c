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

// NULL if it does not fit.
static struct mqtt_probe_path *add(
    struct mqtt_probe *probe, enum mqtt_probe_kind kind, const char *filter, const char *name)
{
    struct mqtt_probe_path *path = &probe->paths[probe->count];
    size_t n = 0;

    if (probe->count == MQTT_PROBE_PATHS_MAX)
        return NULL;
    for (const char *p = filter; *p != '\0'; p++) {
        size_t size = *p == '+' ? strlen(name) : 1;

        if (n + size >= sizeof path->topic)
            return NULL;
        memcpy(path->topic + n, *p == '+' ? name : p, size);
        n += size;
    }
    path->topic[n] = '\0';
    path->kind = kind;
    path->filter = filter;
    path->rule = path->topic;
    probe->count++;
    return path;
}

// What is forbidden comes first, so that it would have been heard when all others have.
const char *mqtt_probe_init(struct mqtt_probe *probe, const struct mqtt_probe_plan *plan)
{
    struct mqtt_probe_path *own;

    *probe = (struct mqtt_probe){0};
    if (plan->forbidden != NULL)
        add(probe, MQTT_PROBE_FORBIDDEN, plan->forbidden, "");
    if (plan->told != NULL)
        add(probe, MQTT_PROBE_TOLD, plan->told, "");
    for (size_t i = 0; plan->filters[i] != NULL; i++)
        add(probe, MQTT_PROBE_OPEN, plan->filters[i], plan->name);
    if (plan->publishes == NULL)
        return NULL;
    own = add(probe, MQTT_PROBE_OPEN, plan->publishes, plan->name);
    if (own == NULL)
        return NULL;
    own->rule = plan->publishes;
    own->filter = own->topic;
    return own->topic;
}

void mqtt_probe_reset(struct mqtt_probe *probe)
{
    probe->running = false;
    probe->next_ms = 0;
    for (size_t i = 0; i < probe->count; i++)
        probe->paths[i].heard = false;
}

bool mqtt_probe_is_due(struct mqtt_probe *probe, int64_t now_ms)
{
    if (probe->count == 0 || probe->running || now_ms < probe->next_ms)
        return false;
    probe->running = true;
    probe->began_ms = probe->heard_ms = now_ms;
    for (size_t i = 0; i < probe->count; i++)
        probe->paths[i].heard &= probe->paths[i].kind == MQTT_PROBE_TOLD;
    return true;
}

static bool hears(const struct mqtt_probe_path *path, const char *topic)
{
    bool matches = false;

    return mosquitto_topic_matches_sub(path->filter, topic, &matches) == MOSQ_ERR_SUCCESS &&
           matches;
}

bool mqtt_probe_hear(struct mqtt_probe *probe, const char *topic, int64_t now_ms)
{
    bool is_probe = false;

    probe->heard_ms = now_ms;
    for (size_t i = 0; i < probe->count; i++) {
        struct mqtt_probe_path *path = &probe->paths[i];

        if (hears(path, topic))
            path->heard = true;
        is_probe = is_probe || (path->kind != MQTT_PROBE_TOLD && strcmp(path->topic, topic) == 0);
    }
    return is_probe;
}

// Whether all that is to be heard has been.
static bool has_heard_all(const struct mqtt_probe *probe)
{
    for (size_t i = 0; i < probe->count; i++) {
        if (probe->paths[i].kind != MQTT_PROBE_FORBIDDEN && !probe->paths[i].heard)
            return false;
    }
    return true;
}

bool mqtt_probe_has_ended(struct mqtt_probe *probe, int64_t now_ms)
{
    int64_t waited_ms = now_ms - probe->began_ms;
    bool is_busy = now_ms - probe->heard_ms < BUSY_MS && waited_ms < WAIT_BUSY_MS;
    size_t lost = 0;

    if (!probe->running || (!has_heard_all(probe) && (waited_ms < WAIT_MS || is_busy)))
        return false;
    for (size_t i = 0; i < probe->count; i++) {
        struct mqtt_probe_path *path = &probe->paths[i];

        path->lost = path->heard == (path->kind == MQTT_PROBE_FORBIDDEN);
        lost += path->lost;
    }
    probe->running = false;
    probe->next_ms = now_ms + (lost == 0 ? EVERY_MS : AGAIN_MS);
    return true;
}

static const struct mqtt_probe_path *find_lost(
    const struct mqtt_probe *probe, enum mqtt_probe_kind kind, size_t *lost, size_t *all)
{
    const struct mqtt_probe_path *first = NULL;

    *lost = *all = 0;
    for (size_t i = 0; i < probe->count; i++) {
        const struct mqtt_probe_path *path = &probe->paths[i];

        if (path->kind != kind)
            continue;
        ++*all;
        *lost += path->lost;
        if (path->lost && first == NULL)
            first = path;
    }
    return first;
}

#define RENEW                                                                                      \
    "use our mosquitto/conf.d/secureesp.conf for it, which make install may have left beside the " \
    "old one as secureesp.conf.new, without an acl_file, and restart it"

void mqtt_probe_describe(
    const struct mqtt_probe *probe, const char *certificate, char text[MQTT_PROBE_TEXT_SIZE])
{
    const struct mqtt_probe_path *first;
    size_t lost, all;

    text[0] = '\0';
    if (find_lost(probe, MQTT_PROBE_TOLD, &lost, &all) != NULL)
        snprintf(text, MQTT_PROBE_TEXT_SIZE,
            "the broker does not say which clients it shuts out: it runs without our "
            "plugin: " RENEW);
    else if ((first = find_lost(probe, MQTT_PROBE_FORBIDDEN, &lost, &all)) != NULL)
        snprintf(text, MQTT_PROBE_TEXT_SIZE,
            "the broker lets this daemon publish what it must not, on %s: " RENEW, first->topic);
    else if ((first = find_lost(probe, MQTT_PROBE_OPEN, &lost, &all)) != NULL && lost == all)
        snprintf(text, MQTT_PROBE_TEXT_SIZE,
            "the broker lets nothing through for the common name of %s: " RENEW, certificate);
    else if (first != NULL)
        snprintf(text, MQTT_PROBE_TEXT_SIZE,
            "the broker drops what is published on %s, %zu of %zu paths: it lacks \"read %s\" or "
            "\"write %s\" for this daemon: " RENEW,
            first->topic, lost, all, first->filter, first->rule);
}
