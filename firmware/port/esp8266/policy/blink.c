// The LED's patterns.
#include "firmware/port/esp8266/policy/blink.h"

bool blink_is_lit(enum port_led pattern, uint32_t elapsed_ms)
{
    static const struct {
        uint32_t period_ms;
        uint32_t lit_ms;
    } patterns[] = {
        [PORT_LED_OFF] = {1, 0},
        [PORT_LED_SMARTCONFIG] = {100, 50},
        [PORT_LED_CONNECTING] = {1000, 500},
        [PORT_LED_CONNECTED] = {2000, 50},
    };

    return elapsed_ms % patterns[pattern].period_ms < patterns[pattern].lit_ms;
}
