// The seam on the emulated board.
#include "firmware/port/lx106/lx106_port.h"

#include <string.h>

#include "common/wifi_networks.h"
#include "firmware/core/files.h"
#include "firmware/port/air_text.h"
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

#define AIR_LOOK_MS 500u // from one look at the air to the next
#define AIR_SIZE 512     // bytes of it that are read

static struct lx106_port *self(struct port *port)
{
    return (struct lx106_port *)port;
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

static void look_around(struct lx106_port *board)
{
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    char text[AIR_SIZE];
    int n = files_read(&board->port, board->networks, bytes, sizeof bytes);

    simcall_read_text(board->arguments->air, text, sizeof text);
    board->is_found = n > 0 && air_text_has_any(text, bytes, (size_t)n);
    board->looked_at_ms = chip_now_ms();
}

// Whether one of the device's networks is there.
static bool finds_network(struct lx106_port *board)
{
    if (board->arguments->air < 0)
        return true;
    if (board->networks == NULL)
        return false;
    if (chip_now_ms() - board->looked_at_ms >= AIR_LOOK_MS)
        look_around(board);
    return board->is_found;
}

static void start_link(struct port *port, const char *networks)
{
    self(port)->networks = networks;
    self(port)->looked_at_ms = chip_now_ms() - AIR_LOOK_MS;
    network_start();
}

static enum port_link get_link(struct port *port, struct port_link_info *info)
{
    info->rssi = 0; // a cable
    return network_is_up(info->ip) && finds_network(self(port)) ? PORT_LINK_UP : PORT_LINK_DOWN;
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
