#ifndef TEST_ESP8266_SDK_SDK_CHIP_H
#define TEST_ESP8266_SDK_SDK_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "test/esp8266/sdk/esp_system.h"

// A stand-in for the chip with Espressif's SDK, as far as the port's flash, boot, RTC memory and
// resets use it, written from what the SDK documents. Its boot loader starts the slot that otadata
// selects, or the other one if that image is damaged. sdk_flash.h has its flash, ota.h otadata.

#define SDK_CHIP_SLOTS 2
#define SDK_CHIP_SLOT_SIZE 0x4000
#define SDK_CHIP_FILES_SIZE 0x30000
#define SDK_CHIP_IMAGE_SIZE 0x430 // of each image, with its hash

enum sdk_chip_end {
    SDK_CHIP_RUNS,       // the program has returned
    SDK_CHIP_RESTARTED,  // by esp_restart()
    SDK_CHIP_BITTEN,     // by the supervisor
    SDK_CHIP_POWER_LOST, // in an operation of the flash
    SDK_CHIP_DEAD,       // the boot loader has found no image
    SDK_CHIP_BUSY,       // the boot loader reads, and nobody ends it
};

// A new chip: flash erased, anything in RTC memory.
void sdk_chip_reset(void);

// The boot loader, and then what it starts: program, whichever slot that is in. If the power was
// lost, it comes back first. What the program prints goes to a serial line that nobody reads.
enum sdk_chip_end sdk_chip_start(void (*program)(void *ctx), void *ctx);

// Which slot's image the last sdk_chip_start() started, and how many starts that image has had.
unsigned sdk_chip_running(void);
unsigned sdk_chip_starts(unsigned slot);

// Why the program finds itself started; each sdk_chip_start() leaves the reason for the next one.
void sdk_chip_reset_by(esp_reset_reason_t why);

// Puts an image into the slot, damages it, says whether it would start.
void sdk_chip_put_image(unsigned slot, uint32_t random);
void sdk_chip_damage(unsigned slot);
bool sdk_chip_is_good(unsigned slot);

// otadata as esptool leaves it, and as a power cut may leave the first entry of a blank one.
void sdk_chip_blank_otadata(void);
void sdk_chip_tear_otadata(void);

// RTC memory as a power cut leaves it.
void sdk_chip_spoil_rtc(uint8_t dirt);

// For sdk_flash.c and ota.c: the power is lost, or the supervisor bites. The program ends here.
void sdk_chip_lose_power(void) __attribute__((noreturn));
void sdk_chip_bite(void) __attribute__((noreturn));

#endif
