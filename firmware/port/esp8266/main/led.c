// The board's LED.
#include "firmware/port/esp8266/main/led.h"

#include <driver/gpio.h>
#include <freertos/FreeRTOS.h>
#include <freertos/timers.h>

#include "firmware/port/esp8266/policy/blink.h"

#ifdef CONFIG_SECUREESP_LED_ACTIVE_LOW
#define LIT 0u
#else
#define LIT 1u
#endif

// clang-format off: its versions take a macro for a type
_Static_assert(CONFIG_SECUREESP_LED_GPIO<6 || CONFIG_SECUREESP_LED_GPIO> 11,
    "SECUREESP_LED_GPIO: 6 to 11 are the flash's");
// clang-format on

static volatile enum port_led shown;
static volatile TickType_t shown_since;

static void update(TimerHandle_t timer)
{
    uint32_t elapsed_ms = (xTaskGetTickCount() - shown_since) * portTICK_PERIOD_MS;

    (void)timer;
    (void)gpio_set_level(CONFIG_SECUREESP_LED_GPIO, blink_is_lit(shown, elapsed_ms) ? LIT : !LIT);
}

void led_start(void)
{
    const gpio_config_t config = {
        .pin_bit_mask = 1u << CONFIG_SECUREESP_LED_GPIO,
        .mode = GPIO_MODE_OUTPUT,
    };
    TimerHandle_t timer = xTimerCreate("led", pdMS_TO_TICKS(BLINK_TICK_MS), pdTRUE, NULL, update);

    (void)gpio_config(&config);
    if (timer != NULL)
        (void)xTimerStart(timer, portMAX_DELAY);
}

void led_show(enum port_led pattern)
{
    if (pattern == shown)
        return;
    shown_since = xTaskGetTickCount();
    shown = pattern;
}
