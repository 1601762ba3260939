// The seam on Linux.
#include "firmware/port/host/host_port.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/wifi_networks.h"
#include "firmware/core/files.h"
#include "firmware/port/air_text.h"
#include "firmware/port/host/host_flash.h"

#define RSSI_DBM (-50) // a process has none: what a board shows on a good day

static struct host_port *self(struct port *port)
{
    return (struct host_port *)port;
}

// Whether one of the device's networks is there.
static bool find_network(struct host_port *host)
{
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    int n = files_read(&host->port, host->networks, bytes, sizeof bytes);

    return n > 0 && air_text_has_any(host->air->text, bytes, (size_t)n);
}

static bool is_linked(struct host_port *host)
{
    unsigned changes;

    if (host->is_link_lost)
        return false;
    if (host->air == NULL)
        return true;
    if (host->networks == NULL)
        return false;
    changes = air_look(host->air, host->port.ops->now_ms(&host->port));
    if (changes != host->air_changes)
        host->is_linked = find_network(host);
    host->air_changes = changes;
    return host->is_linked;
}

static int stream_open(struct port *port, const char *host, uint16_t tcp_port)
{
    if (!is_linked(self(port)))
        return PORT_FAILED;
    return host_stream_open(&self(port)->stream, host, tcp_port);
}

static int stream_ready(struct port *port)
{
    return host_stream_ready(&self(port)->stream);
}

static int stream_send(struct port *port, const uint8_t *p, size_t n)
{
    return host_stream_send(&self(port)->stream, p, n);
}

static int stream_receive(struct port *port, uint8_t *p, size_t n)
{
    return host_stream_receive(&self(port)->stream, p, n);
}

static void stream_close(struct port *port)
{
    host_stream_close(&self(port)->stream);
}

// Whether n bytes at an offset lie within the region.
static bool is_within(const struct port *port, enum port_region region, size_t offset, size_t n)
{
    size_t size = region == PORT_FILES ? port->files_size : port->slot_size;

    return offset <= size && n <= size - offset;
}

static int flash_read(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    if (!is_within(port, region, offset, n))
        return PORT_FAILED;
    return host_flash_read(self(port)->folder, region, offset, p, n);
}

static int flash_erase(struct port *port, enum port_region region, size_t sector_offset)
{
    if (!is_within(port, region, sector_offset, port->sector_size))
        return PORT_FAILED;
    return host_flash_erase(self(port)->folder, region, sector_offset);
}

static int flash_write(
    struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n)
{
    if (!is_within(port, region, offset, n))
        return PORT_FAILED;
    return host_flash_write(self(port)->folder, region, offset, p, n);
}

static int flash_sync(struct port *port, enum port_region region)
{
    return host_flash_sync(self(port)->folder, region);
}

static size_t factory_size(struct port *port)
{
    return host_flash_factory_size(self(port)->folder);
}

static uint32_t now_ms(struct port *port)
{
    struct timespec now;

    (void)port;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

static int64_t unix_time(struct port *port)
{
    (void)port;
    return (int64_t)time(NULL);
}

static void clock_start(struct port *port, const char *ntp_server)
{
    (void)port; // the system's clock is set
    (void)ntp_server;
}

static int fill_random(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    return getrandom(p, n, 0) == (ssize_t)n ? 0 : PORT_FAILED;
}

static void link_start(struct port *port, const char *networks)
{
    self(port)->networks = networks;
    self(port)->air_changes = 0;
}

static enum port_link link_state(struct port *port, struct port_link_info *info)
{
    host_stream_own_ip(&self(port)->stream, info->ip);
    info->rssi = RSSI_DBM;
    return is_linked(self(port)) ? PORT_LINK_UP : PORT_LINK_DOWN;
}

static void led(struct port *port, enum port_led pattern)
{
    self(port)->led = pattern;
}

static uint32_t free_heap(struct port *port)
{
    return HOST_PORT_FREE_HEAP - self(port)->lost_heap_bytes;
}

static void log_line(struct port *port, enum port_log level, const char *line)
{
    if (level > self(port)->log_level)
        return;
    printf("%s %s\n", self(port)->mac, line);
    (void)fflush(stdout);
}

static void reboot(struct port *port)
{
    self(port)->wants_reboot = true;
}

static void last_reset(struct port *port, char *out, size_t size)
{
    (void)port; // nobody knows
    snprintf(out, size, "%s", "");
}

static void retained_read(struct port *port, uint8_t *p, size_t n)
{
    memcpy(p, self(port)->retained, n);
}

static void retained_write(struct port *port, const uint8_t *p, size_t n)
{
    memcpy(self(port)->retained, p, n);
}

static const struct port_ops ops = {
    .stream_open = stream_open,
    .stream_ready = stream_ready,
    .stream_send = stream_send,
    .stream_receive = stream_receive,
    .stream_close = stream_close,
    .flash_read = flash_read,
    .flash_erase = flash_erase,
    .flash_write = flash_write,
    .flash_sync = flash_sync,
    .factory_size = factory_size,
    .now_ms = now_ms,
    .unix_time = unix_time,
    .clock_start = clock_start,
    .random = fill_random,
    .link_start = link_start,
    .link_state = link_state,
    .led = led,
    .free_heap = free_heap,
    .log = log_line,
    .reboot = reboot,
    .retained_read = retained_read,
    .retained_write = retained_write,
    .last_reset = last_reset,
};

void host_port_init(struct host_port *host, struct host_gate *gate, const char *folder,
    const char *mac, enum port_log log_level)
{
    memset(host, 0, sizeof *host);
    host->port.ops = &ops;
    host->port.slot_size = HOST_PORT_SLOT_SIZE;
    host->port.files_size = HOST_FLASH_FILES_SIZE;
    host->port.retained_size = sizeof host->retained;
    host->port.sector_size = HOST_FLASH_SECTOR;
    host->folder = folder;
    host->log_level = log_level;
    snprintf(host->mac, sizeof host->mac, "%s", mac);
    host_stream_init(&host->stream, gate);
}

void host_port_clear(struct host_port *host)
{
    host_stream_close(&host->stream);
    host->networks = NULL;
}
