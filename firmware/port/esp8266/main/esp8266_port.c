// The seam on the chip.
#include "firmware/port/esp8266/main/esp8266_port.h"

#include <stdio.h>

#include <esp_heap_caps.h>
#include <esp_system.h>

#include "common/contract.h"
#include "firmware/port/esp8266/main/chip_mac.h"
#include "firmware/port/esp8266/main/esp8266_clock.h"
#include "firmware/port/esp8266/main/esp8266_flash.h"
#include "firmware/port/esp8266/main/esp8266_rtc.h"
#include "firmware/port/esp8266/main/esp8266_stream.h"
#include "firmware/port/esp8266/main/last_reset.h"
#include "firmware/port/esp8266/main/led.h"
#include "firmware/port/esp8266/main/wifi.h"

#define HOST_NAME_SIZE (sizeof CONTRACT_NAME_PREFIX + MAC_SIZE)

static uint32_t now_ms(struct port *port)
{
    (void)port;
    return esp8266_clock_now_ms();
}

static int64_t unix_time(struct port *port)
{
    (void)port;
    return esp8266_clock_unix_time();
}

static void start_clock(struct port *port, const char *ntp_server)
{
    (void)port;
    esp8266_clock_start(ntp_server);
}

// The chip's generator is fed by the radio: before that is on, core asks for no keys.
static int fill_random(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    esp_fill_random(p, n);
    return 0;
}

static void start_link(struct port *port, const char *networks)
{
    char host_name[HOST_NAME_SIZE];

    snprintf(
        host_name, sizeof host_name, CONTRACT_NAME_PREFIX "%s", ((struct esp8266_port *)port)->mac);
    wifi_start(port, host_name, networks);
}

static enum port_link get_link(struct port *port, struct port_link_info *info)
{
    (void)port;
    return wifi_state(info);
}

static void set_led(struct port *port, enum port_led pattern)
{
    (void)port;
    led_show(pattern);
}

// Of the DRAM: the SDK's own figure counts the IRAM too, where no buffer should be.
static uint32_t get_free_heap(struct port *port)
{
    (void)port;
    return heap_caps_get_free_size(MALLOC_CAP_8BIT);
}

static void log_line(struct port *port, enum port_log level, const char *line)
{
    (void)port;
    if (level <= CONFIG_SECUREESP_LOG_LEVEL)
        printf("%s\n", line);
}

static void reboot(struct port *port)
{
    esp8266_stream_close(port);
    last_reset_restart();
}

static void tell_last_reset(struct port *port, char *out, size_t size)
{
    (void)port;
    last_reset_tell(out, size);
}

static void read_retained(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    esp8266_rtc_read_retained(p, n);
}

static void write_retained(struct port *port, const uint8_t *p, size_t n)
{
    (void)port;
    esp8266_rtc_write_retained(p, n);
}

static const struct port_ops ops = {
    .flash_read = esp8266_flash_read,
    .flash_erase = esp8266_flash_erase,
    .flash_write = esp8266_flash_write,
    .flash_sync = esp8266_flash_sync,
    .factory_size = esp8266_flash_factory_size,
    .stream_open = esp8266_stream_open,
    .stream_ready = esp8266_stream_ready,
    .stream_send = esp8266_stream_send,
    .stream_receive = esp8266_stream_receive,
    .stream_close = esp8266_stream_close,
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
    .last_reset = tell_last_reset,
    .retained_read = read_retained,
    .retained_write = write_retained,
};

void esp8266_port_init(struct esp8266_port *self)
{
    chip_mac_take(self->mac);
    esp8266_flash_attach(&self->port);
    self->port.ops = &ops;
    self->port.retained_size = ESP8266_RTC_RETAINED_SIZE;
    self->port.has_boot_loader = true; // boot_choose() has been called before core starts
}
