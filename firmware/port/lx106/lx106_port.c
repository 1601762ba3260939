// The seam on the emulated board.
#include "firmware/port/lx106/lx106_port.h"

#include <string.h>

#include "firmware/core/file_store.h"
#include "firmware/port/lx106/app_image.h"
#include "firmware/port/lx106/chip.h"
#include "firmware/port/lx106/console.h"
#include "firmware/port/lx106/crash.h"
#include "firmware/port/lx106/flash_map.h"
#include "firmware/port/lx106/heap.h"
#include "firmware/port/lx106/network.h"
#include "firmware/port/lx106/nor.h"
#include "firmware/port/lx106/simcall.h"
#include "firmware/port/lx106/stream.h"

static const struct lx106_port *self(const struct port *port)
{
    return (const struct lx106_port *)port;
}

static int open_stream(struct port *port, const char *host, uint16_t tcp_port)
{
    (void)port;
    return stream_open(host, tcp_port);
}

static int get_ready(struct port *port)
{
    (void)port;
    return stream_ready();
}

static int send_bytes(struct port *port, const uint8_t *p, size_t n)
{
    (void)port;
    return stream_send(p, n);
}

static int receive_bytes(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    return stream_receive(p, n);
}

static void close_stream(struct port *port)
{
    (void)port;
    stream_close();
}

static size_t base(unsigned slot)
{
    return slot == 0 ? FLASH_MAP_SLOT_0 : FLASH_MAP_SLOT_1;
}

static int slot_read(struct port *port, unsigned slot, size_t offset, uint8_t *p, size_t n)
{
    (void)port;
    nor_read(base(slot) + offset, p, n);
    return 0;
}

static int slot_erase(struct port *port, unsigned slot, size_t offset)
{
    (void)port;
    return nor_erase(base(slot) + offset) == 0 ? 0 : PORT_FAILED;
}

static int slot_write(struct port *port, unsigned slot, size_t offset, const uint8_t *p, size_t n)
{
    (void)port;
    return nor_write(base(slot) + offset, p, n) == 0 ? 0 : PORT_FAILED;
}

static int slot_sync(struct port *port, unsigned slot)
{
    (void)port;
    (void)slot;
    return 0;
}

static size_t factory_size(struct port *port)
{
    struct app_image image;

    (void)port;
    nor_read(FLASH_MAP_SLOT_0, (uint8_t *)&image, sizeof image);
    return image.magic == APP_IMAGE_MAGIC ? image.size + 4096 : 0;
}

static int f_read(void *ctx, size_t offset, uint8_t *p, size_t n)
{
    (void)ctx;
    nor_read(FLASH_MAP_FILES + offset, p, n);
    return 0;
}
static int f_erase(void *ctx, size_t offset)
{
    (void)ctx;
    return nor_erase(FLASH_MAP_FILES + offset) == 0 ? 0 : PORT_FAILED;
}
static int f_write(void *ctx, size_t offset, const uint8_t *p, size_t n)
{
    (void)ctx;
    return nor_write(FLASH_MAP_FILES + offset, p, n) == 0 ? 0 : PORT_FAILED;
}
static const struct file_store_flash store = {
    f_read, f_erase, f_write, NULL, FLASH_MAP_FILES_SIZE, FLASH_MAP_SECTOR, FLASH_MAP_SECTOR};

static int file_read(struct port *port, const char *name, uint8_t *p, size_t n)
{
    (void)port;
    return file_store_read(&store, name, p, n);
}
static int file_write(struct port *port, const char *name, const uint8_t *p, size_t n)
{
    (void)port;
    return file_store_write(&store, name, p, n);
}
static int file_remove(struct port *port, const char *name)
{
    (void)port;
    return file_store_remove(&store, name);
}
static int record_read(struct port *port, unsigned copy, uint8_t *p, size_t n)
{
    (void)port;
    nor_read(0x100000 + copy * 4096, p, n);
    return 0;
}
static int record_write(struct port *port, unsigned copy, const uint8_t *p, size_t n)
{
    (void)port;
    (void)copy;
    (void)p;
    (void)n;
    return 0;
}

static uint32_t now_ms(struct port *port)
{
    (void)port;
    return chip_now_ms();
}

static int64_t unix_time(struct port *port)
{
    (void)port;
    return network_time();
}

static void start_clock(struct port *port, const char *ntp_server)
{
    (void)port;
    network_start_clock(ntp_server);
}

static int fill_random(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    return simcall_random(p, n) == 0 ? 0 : PORT_FAILED;
}

static void start_link(struct port *port)
{
    (void)port;
    network_start();
}

static enum port_link get_link(struct port *port, struct port_link_info *info)
{
    (void)port;
    info->rssi = 0; // a cable
    return network_is_up(info->ip) ? PORT_LINK_UP : PORT_LINK_DOWN;
}

static void set_led(struct port *port, enum port_led pattern)
{
    (void)port;
    (void)pattern;
}

static uint32_t get_free_heap(struct port *port)
{
    (void)port;
    return (uint32_t)heap_free();
}

static void log_line(struct port *port, enum port_log level, const char *line)
{
    if (level > self(port)->arguments->log_level)
        return;
    console_write(line);
    console_write("\n");
}

static void reboot(struct port *port)
{
    (void)port;
    stream_close();
    chip_reset();
}

static const struct port_ops ops = {
    .stream_open = open_stream,
    .stream_ready = get_ready,
    .stream_send = send_bytes,
    .stream_receive = receive_bytes,
    .stream_close = close_stream,
    .slot_read = slot_read,
    .slot_erase = slot_erase,
    .slot_write = slot_write,
    .slot_sync = slot_sync,
    .record_read = record_read,
    .record_write = record_write,
    .file_read = file_read,
    .file_write = file_write,
    .file_remove = file_remove,
    .factory_size = factory_size,
    .now_ms = now_ms,
    .unix_time = unix_time,
    .clock_start = start_clock,
    .random = fill_random,
    .link_start = start_link,
    .link_state = get_link,
    .led = set_led,
    .free_heap = get_free_heap,
    .log = log_line,
    .reboot = reboot,
};

void lx106_port_init(struct lx106_port *self, const struct arguments *arguments)
{
    self->port.ops = &ops;
    self->port.slot_size = FLASH_MAP_SLOT_SIZE;
    self->port.sector_size = FLASH_MAP_SECTOR;
    self->arguments = arguments;
}
