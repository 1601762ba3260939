#ifndef TEST_ESP8266_SDK_OTA_H
#define TEST_ESP8266_SDK_OTA_H

#include <stdbool.h>
#include <stdint.h>

#include "test/esp8266/sdk/esp_partition.h"

// Images and otadata: esp_image_format.h and esp_ota_ops.h are its front. An image is a header of
// OTA_HEADER_SIZE bytes (magic, and the length of what follows), contents, and OTA_HASH_SIZE bytes
// of hash. otadata has two sectors; the first word of each is a sequence number, the last of its 32
// bytes its CRC. Number n selects slot (n - 1) % 2, and the higher one counts.

#define OTA_HEADER_SIZE 16
#define OTA_HASH_SIZE 32
#define OTA_ENTRIES 2
#define OTA_ENTRY_SIZE 32

enum ota_state {
    OTA_BLANK,   // slot 0 by default
    OTA_INVALID, // neither entry is good: any slot that starts, from 0 on
    OTA_GOOD,
};

const esp_partition_t *ota_slot(unsigned slot);

// *slot is 0 unless otadata is good.
enum ota_state ota_selected(unsigned *slot);

// An image of n bytes with its hash.
void ota_make_image(uint8_t *out, uint32_t n, uint32_t random);
bool ota_holds_image(const esp_partition_t *partition);

#endif
