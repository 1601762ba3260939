// The queue of events that the device reads back from flash: each can be sent, and the queue ends.
#include <string.h>

#include "firmware/core/events.h"
#include "firmware/core/files.h"
#include "firmware/core/mqtt_packet.h"
#include "firmware/core/mqtt.h"
#include "test/fuzz/fuzz.h"

#define SECTOR 8192

// Two copies of one file.
struct fake_port {
    struct port port;
    uint8_t bytes[2 * SECTOR];
};

static uint8_t *flash(struct port *port, enum port_region region, size_t offset, size_t n)
{
    struct fake_port *fake = (struct fake_port *)port;

    FUZZ_CHECK(region == PORT_FILES);
    FUZZ_CHECK(offset <= sizeof fake->bytes && n <= sizeof fake->bytes - offset);
    return fake->bytes + offset;
}

static int read_flash(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    memcpy(p, flash(port, region, offset, n), n);
    return 0;
}

static int erase_flash(struct port *port, enum port_region region, size_t offset)
{
    memset(flash(port, region, offset, SECTOR), 0xff, SECTOR);
    return 0;
}

static int write_flash(
    struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n)
{
    memcpy(flash(port, region, offset, n), p, n);
    return 0;
}

static int sync_flash(struct port *port, enum port_region region)
{
    (void)flash(port, region, 0, 0);
    return 0;
}

static void check_file(struct port *port)
{
    char lines[EVENTS_SIZE];
    int n = files_read(port, EVENTS_FILE, (uint8_t *)lines, sizeof lines);

    FUZZ_CHECK(n > 0 && n <= EVENTS_SIZE && lines[n - 1] == '\n');
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
        .flash_read = read_flash,
        .flash_erase = erase_flash,
        .flash_write = write_flash,
        .flash_sync = sync_flash,
    };
    static const struct report_event event = {.kind = "error", .detail = "why"};
    static struct fake_port fake = {
        .port = {.ops = &ops, .files_size = 2 * SECTOR, .sector_size = SECTOR}};
    struct events events;

    memset(fake.bytes, 0xff, sizeof fake.bytes);
    if (files_write(&fake.port, EVENTS_FILE, p, n) != 0)
        return 0; // larger than any file

    fuzz_fill(&events, sizeof events);
    events_load(&events, &fake.port);
    FUZZ_CHECK(events.used <= EVENTS_SIZE && events.used <= n);
    FUZZ_CHECK(!events.first_is_sent && events.dirty == (events.used != n && n > 0));
    events_add(&events, &event);
    FUZZ_CHECK(events.used <= EVENTS_SIZE);
    FUZZ_CHECK(events_save(&events, &fake.port) == 0);
    check_file(&fake.port);
    while (events.used > 0) {
        size_t before = events.used;

        check_first(&events);
        events_drop(&events);
        FUZZ_CHECK(events.used < before);
    }
    return 0;
}
