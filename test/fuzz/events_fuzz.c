// The queue of events that the device reads back from flash: each can be sent, and the queue ends.
#include <string.h>

#include "firmware/core/events.h"
#include "firmware/core/mqtt_packet.h"
#include "firmware/core/mqtt.h"
#include "test/fuzz/fuzz.h"

struct fake_port {
    struct port port;
    const uint8_t *p;
    size_t n;
};

static int read_file(struct port *port, const char *name, uint8_t *p, size_t n)
{
    const struct fake_port *fake = (const struct fake_port *)port;

    FUZZ_CHECK(strcmp(name, EVENTS_FILE) == 0);
    memcpy(p, fake->p, fake->n < n ? fake->n : n);
    return (int)fake->n;
}

static int write_file(struct port *port, const char *name, const uint8_t *p, size_t n)
{
    (void)name;
    FUZZ_CHECK(n > 0 && n <= EVENTS_SIZE && p[n - 1] == '\n');
    ((struct fake_port *)port)->n = n;
    return 0;
}

static int remove_file(struct port *port, const char *name)
{
    (void)name;
    ((struct fake_port *)port)->n = 0;
    return 0;
}

static void check_first(const struct events *events)
{
    uint8_t packet[MQTT_SEND_SIZE];
    size_t n = 0;
    const char *line = events_first(events, &n);
    struct mqtt_packet_publish publish = {
        .topic = "/event/84f3eb012345",
        .topic_size = 19,
        .payload = (const uint8_t *)line,
        .payload_size = n,
        .qos = 1,
        .id = 1,
    };

    FUZZ_CHECK(line != NULL && n > 0 && n < events->used && line[n] == '\n');
    for (size_t i = 0; i < n; i++)
        FUZZ_CHECK(line[i] >= ' ' && line[i] <= '~');
    FUZZ_CHECK(mqtt_packet_write_publish(&publish, packet, sizeof packet) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct port_ops ops = {
        .file_read = read_file, .file_write = write_file, .file_remove = remove_file};
    static const struct report_event event = {.kind = "error", .detail = "why"};
    struct fake_port fake = {.port = {.ops = &ops}, .p = fuzz_bytes(p, n), .n = n};
    struct events events;

    fuzz_fill(&events, sizeof events);
    events_load(&events, &fake.port);
    FUZZ_CHECK(events.used <= EVENTS_SIZE && events.used <= n);
    FUZZ_CHECK(!events.first_is_sent && events.dirty == (events.used != n && n > 0));
    events_add(&events, &event);
    FUZZ_CHECK(events.used <= EVENTS_SIZE);
    FUZZ_CHECK(events_save(&events, &fake.port) == 0);
    while (events.used > 0) {
        size_t before = events.used;

        check_first(&events);
        events_drop(&events);
        FUZZ_CHECK(events.used < before);
    }
    return 0;
}
