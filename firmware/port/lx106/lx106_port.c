// The seam on the emulated board.
#include "firmware/port/lx106/lx106_port.h"

#include <string.h>

#include "firmware/port/lx106/board/chip.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/crash.h"
#include "firmware/port/lx106/board/lx106_flash.h"
#include "firmware/port/lx106/board/heap.h"
#include "firmware/port/lx106/network/network.h"
#include "firmware/port/lx106/board/reset.h"
#include "firmware/port/lx106/board/lx106_rtc.h"
#include "firmware/port/lx106/board/simcall.h"
#include "firmware/port/lx106/network/lx106_stream.h"

static const struct lx106_port *self(const struct port *port)
{
    return (const struct lx106_port *)port;
}

static int open_stream(struct port *port, const char *host, uint16_t tcp_port)
{
    (void)port;
    return lx106_stream_open(host, tcp_port);
}

static int get_ready(struct port *port)
{
    (void)port;
    return lx106_stream_ready();
}

static int send_bytes(struct port *port, const uint8_t *p, size_t n)
{
    (void)port;
    return lx106_stream_send(p, n);
}

static int receive_bytes(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    return lx106_stream_receive(p, n);
}

static void close_stream(struct port *port)
{
    (void)port;
    lx106_stream_close();
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

static void start_link(struct port *port, const char *networks)
{
    (void)port;
    (void)networks;
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
    lx106_stream_close();
    reset_board();
}

static void get_last_reset(struct port *port, char *out, size_t size)
{
    (void)port;
    crash_last(out, size);
}

static void read_retained(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    memcpy(p, LX106_RTC_RETAINED, n);
}

static void write_retained(struct port *port, const uint8_t *p, size_t n)
{
    (void)port;
    memcpy(LX106_RTC_RETAINED, p, n);
}

static const struct port_ops ops = {
    .flash_read = lx106_flash_read,
    .flash_erase = lx106_flash_erase,
    .flash_write = lx106_flash_write,
    .flash_sync = lx106_flash_sync,
    .factory_size = lx106_flash_factory_size,
    .stream_open = open_stream,
    .stream_ready = get_ready,
    .stream_send = send_bytes,
    .stream_receive = receive_bytes,
    .stream_close = close_stream,
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
    .last_reset = get_last_reset,
    .retained_read = read_retained,
    .retained_write = write_retained,
};

void lx106_port_init(struct lx106_port *self, const struct arguments *arguments)
{
    lx106_flash_attach(&self->port);
    self->port.ops = &ops;
    self->port.retained_size = LX106_RTC_RETAINED_SIZE;
    self->port.has_boot_loader = true;
    self->arguments = arguments;
}
