// The device's program on the chip.
#include <stdio.h>
#include <stdlib.h>

#include <esp_heap_caps.h>
#include <esp_system.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "firmware/port/esp8266/main/banner.h"
#include "firmware/port/esp8266/main/boot.h"
#include "firmware/port/esp8266/main/esp8266_port.h"
#include "firmware/app/bind.h"
#include "firmware/core/device.h"
#include "firmware/port/esp8266/main/last_reset.h"
#include "firmware/port/esp8266/main/led.h"
#include "firmware/port/esp8266/main/esp8266_stream.h"
#include "firmware/port/esp8266/main/supervisor.h"
#include "firmware/port/esp8266/main/tls_heap.h"
#include "firmware/port/esp8266/main/wifi.h"

#define WAIT_MAX_MS 250       // the supervisor and the Wi-Fi want to be looked after
#define REPAIR_WAIT_MS 15000u // for a person to read why the device cannot run

static struct esp8266_port port;

// Without its files, or with bad ones, the device can do nothing but say so.
static _Noreturn void stop(const struct failure *failure)
{
    printf("cannot run: %s\n", failure->detail);
    if (failure->result != RESULT_OUT_OF_MEMORY)
        printf(
            "scripts/provision writes this board's files: scripts/provision PORT %s\n", port.mac);
    for (uint32_t waited_ms = 0; waited_ms < REPAIR_WAIT_MS; waited_ms += WAIT_MAX_MS) {
        supervisor_feed();
        vTaskDelay(pdMS_TO_TICKS(WAIT_MAX_MS));
    }
    last_reset_restart();
}

// Not static, as half the DRAM's static share would be gone; never freed.
static struct device *start(void)
{
    struct device *device = heap_caps_malloc(sizeof *device, MALLOC_CAP_8BIT);
    struct device_options options = {.trial_timeout_ms = DEVICE_TRIAL_TIMEOUT_MS};
    struct failure failure;

    if (device == NULL)
        abort();
    options.app = bind_app(device);
    if (device_init(device, &port.port, port.mac, &options, &failure) < 0)
        stop(&failure);
    tls_heap_settle();
    last_reset_forget();
    return device;
}

static void run(struct device *device)
{
    for (;;) {
        supervisor_feed();
        wifi_poll();

        uint32_t wait_ms = device_step(device);

        esp8266_stream_wait(wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS);
    }
}

void app_main(void); // called by the SDK

void app_main(void)
{
    esp8266_port_init(&port);
    supervisor_start(); // a damaged image may be a long one to check
    boot_choose(&port.port);
    tls_heap_start();
    led_start();
    banner_show(&port);
    run(start());
}
