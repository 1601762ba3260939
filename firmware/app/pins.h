#ifndef FIRMWARE_APP_PINS_H
#define FIRMWARE_APP_PINS_H

#include <stdbool.h>

// The chip's pins, for the user's code. The chip's port has them; neither the emulated board nor
// Linux has any. Pins bear the chip's numbers: GPIO 0 to 5 and 12 to 16. GPIO 6 to 11 are the
// flash's, 1 and 3 the serial line's, 2 is the device's LED, and 0, 2 and 15 decide at the start
// how the chip boots.

#define PINS_ANALOG_MAX 1023

enum pins_mode {
    PINS_INPUT,
    PINS_INPUT_PULL_UP, // reads high unless something pulls it low
    PINS_OUTPUT,
};

// What a pin is used as. False if it cannot be: there is no such pin, it is the flash's, or it has
// no pull-up (GPIO 16).
bool pins_configure(unsigned gpio, enum pins_mode mode);

// Whether the pin's level is high. Low for a pin that was not configured.
bool pins_read(unsigned gpio);

// Sets the level of a pin that is an output; others stay as they are.
void pins_write(unsigned gpio, bool high);

// The voltage at A0, from 0 to PINS_ANALOG_MAX: 1.0 V at the chip's own pin, 3.2 V at that of
// boards with a divider (D1 mini, NodeMCU). 0 if it cannot be read. Wi-Fi suffers if it is read
// more than some ten times a second.
unsigned pins_read_analog(void);

#endif
