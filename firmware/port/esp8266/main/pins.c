// The chip's pins for the user's code.
#include "firmware/app/pins.h"

#include <stdint.h>

#include <driver/adc.h>
#include <driver/gpio.h>

#define GPIO_MAX 16u
#define GPIO_OF_FLASH(gpio) ((gpio) >= 6 && (gpio) <= 11)

#define ANALOG_CLOCK_DIVIDER 8 // 80 MHz by that, the fastest allowed

static uint32_t configured; // one bit for each
static uint32_t outputs;    // of these

static bool is_configured(unsigned gpio)
{
    return gpio <= GPIO_MAX && (configured >> gpio & 1u) != 0;
}

bool pins_configure(unsigned gpio, enum pins_mode mode)
{
    gpio_config_t config = {
        .mode = mode == PINS_OUTPUT ? GPIO_MODE_OUTPUT : GPIO_MODE_INPUT,
        .pull_up_en = mode == PINS_INPUT_PULL_UP ? GPIO_PULLUP_ENABLE : GPIO_PULLUP_DISABLE,
    };

    if (gpio > GPIO_MAX || GPIO_OF_FLASH(gpio) || (gpio == GPIO_MAX && mode == PINS_INPUT_PULL_UP))
        return false;
    config.pin_bit_mask = 1u << gpio;
    if (gpio_config(&config) != ESP_OK)
        return false;
    configured |= 1u << gpio;
    if (mode == PINS_OUTPUT)
        outputs |= 1u << gpio;
    else
        outputs &= ~(1u << gpio);
    return true;
}

bool pins_read(unsigned gpio)
{
    return is_configured(gpio) && gpio_get_level((gpio_num_t)gpio) != 0;
}

void pins_write(unsigned gpio, bool high)
{
    if (is_configured(gpio) && (outputs >> gpio & 1u) != 0)
        (void)gpio_set_level((gpio_num_t)gpio, high ? 1 : 0);
}

unsigned pins_read_analog(void)
{
    static bool is_ready;
    adc_config_t config = {.mode = ADC_READ_TOUT_MODE, .clk_div = ANALOG_CLOCK_DIVIDER};
    uint16_t value = 0;

    is_ready = is_ready || adc_init(&config) == ESP_OK;
    if (!is_ready || adc_read(&value) != ESP_OK)
        return 0;
    return value <= PINS_ANALOG_MAX ? value : PINS_ANALOG_MAX;
}
