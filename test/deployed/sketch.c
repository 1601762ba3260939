// The life of a deployed sketch.
#include "test/deployed/sketch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_download.h"
#include "test/deployed/deployed_report.h"
#include "test/deployed/mqtt_link.h"

#define STATUS_SIZE 384
#define NAME_SIZE 16      // of a command
#define FAILED 1          // the connection ends by a fault
#define SPARE_BYTES 24000 // of heap, beside the arena
#define NAP_MS 60000
#define RETRY_MS 1000

// What a connection to the broker needs beside it.
struct online {
    struct deployed_device *device;
    struct mqtt_link mqtt;
    char *status; // STATUS_SIZE bytes in the arena, released with the connection
    int64_t since_ms;
};

// How it fares.
static void suffer(struct deployed_device *device, struct fault_state *out)
{
    const struct fault *fault =
        device->has_slept ? NULL : fault_list_find(&device->faults, device->mac, device->image);

    fault_tell(
        fault, (uint32_t)(deployed_device_now_ms() - device->booted_at_ms), SPARE_BYTES, out);
    fault_make_up(out, true, &device->losses_seen);
}

// What it says that it runs.
static const char *reported_image(const struct deployed_device *device)
{
    const struct fault *fault = fault_list_find(&device->faults, device->mac, device->image);

    return fault != NULL && fault->kind->reports_other_image ? device->before : device->image;
}

static int send_status(struct online *online)
{
    struct deployed_device *device = online->device;
    int64_t now_ms = deployed_device_now_ms();
    struct fault_state state;
    char topic[MQTT_LINK_TOPIC_SIZE];
    int n;

    suffer(device, &state);
    snprintf(topic, sizeof topic, "/status/%s", device->mac);
    n = snprintf(online->status, STATUS_SIZE,
        "{\"uptimemillis\": %lld, \"maxmillis\": 74, \"mqttmillis\": %lld, "
        "\"espname\": \"measure-%s\", \"espimage\": \"%s\", \"espbuild\": \"Mar  8 2020 "
        "10:19:19\", "
        "\"espip\": \"127.0.0.1\", \"rssi\": -65, \"espfreeheap\": %zu%s%s%s}",
        (long long)(now_ms - device->booted_at_ms), (long long)(now_ms - online->since_ms),
        device->mac, reported_image(device),
        (size_t)ARENA_SIZE - arena_mark() + SPARE_BYTES - state.lost_heap_bytes,
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

// Reports now and then until a command comes, or a fault.
static int wait_for_command(struct online *online, char name[NAME_SIZE])
{
    int64_t interval_ms = online->device->status_interval_ms;
    int64_t next_ms = deployed_device_now_ms() + interval_ms;
    char topic[MQTT_LINK_TOPIC_SIZE];

    for (;;) {
        int64_t left_ms = next_ms - deployed_device_now_ms();
        struct fault_state state;
        int rc;

        suffer(online->device, &state);
        if (state.crashes || state.sleeps || state.is_link_lost)
            return FAILED;
        if (left_ms <= 0) {
            rc = send_status(online);
            if (rc < 0)
                return rc;
            next_ms += interval_ms;
            continue;
        }
        if (left_ms > state.wait_ms)
            left_ms = state.wait_ms;
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

// One connection to the broker. Ends with a command in name, without if it is not to wait, or by a
// fault: FAILED, and no good-bye.
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
    return rc != 0 ? rc : closed;
}

static void wait_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000 * 1000000)};

    (void)nanosleep(&time, NULL);
}

// Lives through what is wrong with it, until it can connect.
static void endure(struct deployed_device *device, unsigned done)
{
    struct fault_state state;

    suffer(device, &state);
    while (state.is_link_lost) {
        wait_ms(state.wait_ms);
        suffer(device, &state);
    }
    if (state.sleeps && state.wait_ms == FAULT_NEVER)
        deployed_report_note("dead commands=%u", done);
    while (state.sleeps && state.wait_ms == FAULT_NEVER)
        wait_ms(NAP_MS);
    if (state.sleeps)
        wait_ms(state.wait_ms);
    device->has_slept = device->has_slept || state.sleeps;
    if (state.crashes || state.sleeps)
        deployed_device_reboot(device);
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

// A scenario is to see a connection fail. Among faults, and where a clock leaps over time-outs, a
// sketch tries again as a board does.
static bool may_retry(const struct deployed_device *device, int rc)
{
    return device->faults.count > 0 && (rc == FAILURE_NETWORK || rc == FAILURE_MQTT);
}

int sketch_run(struct deployed_device *device, unsigned commands)
{
    size_t mark;

    device->broker_session = arena_take(sizeof *device->broker_session);
    device->download_session = arena_take(sizeof *device->download_session);
    mark = arena_mark();
    for (unsigned done = 0;;) {
        bool wait = commands == 0 || done < commands;
        char name[NAME_SIZE];
        int rc;

        endure(device, done);
        rc = be_online(device, done, wait, name);
        if (may_retry(device, rc)) {
            wait_ms(RETRY_MS);
            continue;
        }
        done += rc == 0;
        if (rc == 0 && wait)
            rc = obey(device, name);
        if (rc == 0 && arena_mark() != mark)
            rc = deployed_report_failure(FAILURE_ARENA, "memory is left behind by a connection");
        if (rc < 0 || !wait)
            return rc;
    }
}
