#ifndef TEST_ESP8266_SDK_OTA_H
#define TEST_ESP8266_SDK_OTA_H

#include <stdbool.h>
#include <stdint.h>

#include "test/esp8266/sdk/esp_partition.h"

// Images and otadata: esp_image_format.h and esp_ota_ops.h are its front. An image is as esptool
// makes it: a header of OTA_HEADER_SIZE bytes, of which the second counts the segments, each
// segment with a header of its own (address and length), filled up to a multiple of 16 with a
// checksum at the end, and OTA_HASH_SIZE bytes of hash. otadata has two sectors; the first word of
// each is a sequence number, the last of its 32 bytes its CRC. Number n selects slot (n - 1) % 2,
// and the higher one counts.
//
// As the SDK's functions do, these believe all lengths, and count numbers up one by one: what keeps
// them busy for longer than the supervisor waits ends in a reset by it.

#define OTA_HEADER_SIZE 8
#define OTA_SEGMENTS 2
#define OTA_SEGMENTS_MAX 16
#define OTA_SEGMENT_HEADER_SIZE 8
#define OTA_HASH_SIZE 32
#define OTA_ENTRIES 2
#define OTA_ENTRY_SIZE 32
#define OTA_PATIENCE                                                                               \
    0x400000u // bytes that are read, or numbers counted, until the supervisor bites

enum ota_state {
    OTA_BLANK,   // slot 0 by default
    OTA_INVALID, // neither entry is good: any slot that starts, from 0 on
    OTA_GOOD,
};

enum ota_image {
    OTA_IMAGE_GOOD,
    OTA_IMAGE_BAD,
    OTA_IMAGE_ENDLESS, // nobody waits until that is known
};

const esp_partition_t *ota_slot(unsigned slot);

// *slot is 0 unless otadata is good.
enum ota_state ota_selected(unsigned *slot);

// An image of n bytes, a multiple of 16, with its hash.
void ota_make_image(uint8_t *out, uint32_t n, uint32_t random);
enum ota_image ota_judge(const esp_partition_t *partition);

// The entry in that sector, whose number and CRC are good.
void ota_put_entry(size_t sector, uint32_t sequence);

#endif
