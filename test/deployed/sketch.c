// The life of a deployed sketch.
#include "test/deployed/sketch.h"

#include <stdio.h>
#include <string.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_download.h"
#include "test/deployed/deployed_report.h"
#include "test/deployed/mqtt_link.h"

#define STATUS_SIZE 384
#define NAME_SIZE 16 // of a command

// What a connection to the broker needs beside it.
struct online {
    struct deployed_device *device;
    struct mqtt_link mqtt;
    char *status; // STATUS_SIZE bytes in the arena, released with the connection
    int64_t since_ms;
};

static int send_status(struct online *online)
{
    const struct deployed_device *device = online->device;
    int64_t now_ms = deployed_device_now_ms();
    char topic[MQTT_LINK_TOPIC_SIZE];
    int n;

    snprintf(topic, sizeof topic, "/status/%s", device->mac);
    n = snprintf(online->status, STATUS_SIZE,
        "{\"uptimemillis\": %lld, \"maxmillis\": 74, \"mqttmillis\": %lld, "
        "\"espname\": \"measure-%s\", \"espimage\": \"%s\", \"espbuild\": \"Mar  8 2020 "
        "10:19:19\", "
        "\"espip\": \"127.0.0.1\", \"rssi\": -65, \"espfreeheap\": %zu%s%s%s}",
        (long long)(now_ms - device->booted_at_ms), (long long)(now_ms - online->since_ms),
        device->mac, device->image, (size_t)ARENA_SIZE - arena_mark(),
        device->error[0] != '\0' ? ", \"errormessage\": \"" : "", device->error,
        device->error[0] != '\0' ? "\"" : "");
    if (n < 0 || n >= STATUS_SIZE)
        return deployed_report_failure(FAILURE_ARENA, "a status does not fit into its buffer");
    return mqtt_link_publish(&online->mqtt, topic, online->status);
}

// The command's name in /command/<mac>/<name>.
static int read_command(
    const struct deployed_device *device, const char *topic, char name[NAME_SIZE])
{
    char prefix[MQTT_LINK_TOPIC_SIZE];
    size_t n;

    snprintf(prefix, sizeof prefix, "/command/%s/", device->mac);
    n = strlen(prefix);
    if (strncmp(topic, prefix, n) != 0 || strlen(topic + n) >= NAME_SIZE)
        return deployed_report_failure(FAILURE_MQTT, "a message for somebody else: %s", topic);
    snprintf(name, NAME_SIZE, "%s", topic + n);
    return 0;
}

// Reports now and then until a command comes.
static int wait_for_command(struct online *online, char name[NAME_SIZE])
{
    int64_t interval_ms = online->device->status_interval_ms;
    int64_t next_ms = deployed_device_now_ms() + interval_ms;
    char topic[MQTT_LINK_TOPIC_SIZE];

    for (;;) {
        int64_t left_ms = next_ms - deployed_device_now_ms();
        int rc;

        if (left_ms <= 0) {
            rc = send_status(online);
            if (rc < 0)
                return rc;
            next_ms += interval_ms;
            continue;
        }
        rc = mqtt_link_wait(&online->mqtt, (int)left_ms, topic);
        if (rc == 0)
            return read_command(online->device, topic, name);
        if (rc < 0)
            return rc;
    }
}

static int enter(struct online *online, struct tls_link *link)
{
    const struct deployed_device *device = online->device;
    char will[MQTT_LINK_TOPIC_SIZE], filter[MQTT_LINK_TOPIC_SIZE];
    int rc;

    online->since_ms = deployed_device_now_ms();
    online->status = arena_take(STATUS_SIZE);
    if (online->status == NULL)
        return deployed_report_failure(FAILURE_ARENA, "the arena is full: status");
    snprintf(will, sizeof will, "{\"espname\": \"measure-%s\"}", device->mac);
    rc = mqtt_link_connect(
        &online->mqtt, link, device->mac, &(struct mqtt_link_will){device->will_topic, will});
    if (rc < 0)
        return rc;
    snprintf(filter, sizeof filter, "/command/%s/#", device->mac);
    rc = mqtt_link_subscribe(&online->mqtt, filter);
    return rc < 0 ? rc : send_status(online);
}

// One connection to the broker. Ends with a command in name, or without if it is not to wait.
static int be_online(struct deployed_device *device, unsigned done, bool wait, char name[NAME_SIZE])
{
    struct online online = {.device = device};
    struct tls_link *link;
    int closed;
    int rc = tls_link_open(&device->link, device->mqtt_port, device->broker_session, &link);

    if (rc < 0)
        return rc;
    rc = enter(&online, link);
    if (rc == 0)
        deployed_report_note(
            "online commands=%u resumed=%d image=%s", done, link->resumed, device->image);
    if (rc == 0 && wait)
        rc = wait_for_command(&online, name);
    if (rc == 0)
        rc = mqtt_link_disconnect(&online.mqtt);
    closed = tls_link_close(link);
    return rc < 0 ? rc : closed;
}

static int obey(struct deployed_device *device, const char *name)
{
    device->error[0] = '\0';
    if (strcmp(name, "flash") == 0)
        return deployed_device_flash(device);
    if (strcmp(name, "reboot") != 0)
        return deployed_download_run(device, name);
    deployed_device_reboot(device);
    return 0;
}

int sketch_run(struct deployed_device *device, unsigned commands)
{
    size_t mark;

    device->broker_session = arena_take(sizeof *device->broker_session);
    device->download_session = arena_take(sizeof *device->download_session);
    mark = arena_mark();
    for (unsigned done = 0;; done++) {
        bool wait = commands == 0 || done < commands;
        char name[NAME_SIZE];
        int rc = be_online(device, done, wait, name);

        if (rc == 0 && wait)
            rc = obey(device, name);
        if (rc == 0 && arena_mark() != mark)
            rc = deployed_report_failure(FAILURE_ARENA, "memory is left behind by a connection");
        if (rc < 0 || !wait)
            return rc;
    }
}
