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
#include "firmware/enrol/enrol.h"
#include "firmware/enrol/renewal.h"
#include "firmware/enrol/wifi.h"
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

struct board {
    bool is_enrolling;
    union {
        struct device device;
        struct enrol enrol; // while it is enrolling
    };
};

static int init(struct board *board, struct failure *failure)
{
    struct device_options options = {
        .trial_timeout_ms = DEVICE_TRIAL_TIMEOUT_MS,
        .wants_start = renewal_ask,
        .stage_networks = wifi_stage,
    };
    enum need need = need_find(&port.port, port.mac);

    board->is_enrolling = need != NEED_NONE;
    if (board->is_enrolling)
        return enrol_init(&board->enrol, &port.port, port.mac, need, failure);
    options.app = bind_app(&board->device);
    return device_init(&board->device, &port.port, port.mac, &options, failure);
}

// Not static, as half the DRAM's static share would be gone; never freed.
static struct board *start(void)
{
    struct board *board = heap_caps_malloc(sizeof *board, MALLOC_CAP_8BIT);
    struct failure failure;

    if (board == NULL)
        abort();
    if (init(board, &failure) < 0)
        stop(&failure);
    tls_heap_settle();
    last_reset_forget();
    return board;
}

static void run(struct board *board)
{
    for (;;) {
        supervisor_feed();
        wifi_poll();

        uint32_t wait_ms =
            board->is_enrolling ? enrol_step(&board->enrol) : device_step(&board->device);

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
