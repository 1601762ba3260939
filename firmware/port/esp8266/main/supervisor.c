// The supervisor of the loop: a timer of FreeRTOS, whose task comes before the device's.
#include "firmware/port/esp8266/main/supervisor.h"

#include <stdint.h>
#include <stdlib.h>

#include <freertos/FreeRTOS.h>
#include <freertos/timers.h>

#include "firmware/core/device.h"
#include "firmware/port/esp8266/main/last_reset.h"

#define PERIOD_MS 250

static volatile TickType_t fed_at;

static void look(TimerHandle_t timer)
{
    (void)timer;
    if ((xTaskGetTickCount() - fed_at) * portTICK_PERIOD_MS <= DEVICE_WATCHDOG_MS)
        return;
    last_reset_note("watchdog");
    abort(); // a reset by the chip's dog: nothing of what hangs has to be asked
}

void supervisor_start(void)
{
    TimerHandle_t timer = xTimerCreate("supervisor", pdMS_TO_TICKS(PERIOD_MS), pdTRUE, NULL, look);

    supervisor_feed();
    if (timer == NULL || xTimerStart(timer, portMAX_DELAY) != pdPASS)
        abort();
}

void supervisor_feed(void)
{
    fed_at = xTaskGetTickCount();
}
