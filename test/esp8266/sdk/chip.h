#ifndef TEST_ESP8266_SDK_CHIP_H
#define TEST_ESP8266_SDK_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "test/esp8266/sdk/esp_system.h"

// A stand-in for the chip with Espressif's SDK, as far as the port's flash, boot, RTC memory and
// resets use it, written from what the SDK documents. Its boot loader starts the slot that otadata
// selects, or the other one if that image is damaged. flash.h has its flash, ota.h otadata.

#define CHIP_SLOTS 2
#define CHIP_SLOT_SIZE 0x4000
#define CHIP_FILES_SIZE 0x30000
#define CHIP_IMAGE_SIZE 0x430 // of each image, with its hash

enum chip_end {
    CHIP_RUNS,       // the program has returned
    CHIP_RESTARTED,  // by esp_restart()
    CHIP_BITTEN,     // by the supervisor
    CHIP_POWER_LOST, // in an operation of the flash
    CHIP_DEAD,       // the boot loader has found no image
    CHIP_BUSY,       // the boot loader reads, and nobody ends it
};

// A new chip: flash erased, anything in RTC memory.
void chip_reset(void);

// The boot loader, and then what it starts: program, whichever slot that is in. If the power was
// lost, it comes back first. What the program prints goes to a serial line that nobody reads.
enum chip_end chip_start(void (*program)(void *ctx), void *ctx);

// Which slot's image the last chip_start() started, and how many starts that image has had.
unsigned chip_running(void);
unsigned chip_starts(unsigned slot);

// Why the program finds itself started; each chip_start() leaves the reason for the next one.
void chip_reset_by(esp_reset_reason_t why);

// Puts an image into the slot, damages it, says whether it would start.
void chip_put_image(unsigned slot, uint32_t random);
void chip_damage(unsigned slot);
bool chip_is_good(unsigned slot);

// otadata as esptool leaves it, and as a power cut may leave the first entry of a blank one.
void chip_blank_otadata(void);
void chip_tear_otadata(void);

// RTC memory as a power cut leaves it.
void chip_spoil_rtc(uint8_t dirt);

// For flash.c and ota.c: the power is lost, or the supervisor bites. The program ends here.
void chip_lose_power(void) __attribute__((noreturn));
void chip_bite(void) __attribute__((noreturn));

#endif
