#ifndef TEST_ESP8266_SDK_SDK_FLASH_H
#define TEST_ESP8266_SDK_SDK_FLASH_H

#include <stdint.h>

#include "test/esp8266/sdk/esp_partition.h"
#include "test/unit/firmware/nor_flash.h"

// The chip's flash, and its partitions: esp_partition.h is its front. An operation that loses power
// does not return (sdk_chip_lose_power()).

// Erased from one end to the other, power on.
void sdk_flash_reset(void);

struct nor_power *sdk_flash_power(void);

// Reads of that partition fail, until sdk_flash_reset(); NULL: none do.
void sdk_flash_fail_reads(const esp_partition_t *partition);

// The byte behind the seam's back.
uint8_t *sdk_flash_at(uint32_t address);

#endif
