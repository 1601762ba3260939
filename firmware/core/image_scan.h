#ifndef FIRMWARE_CORE_IMAGE_SCAN_H
#define FIRMWARE_CORE_IMAGE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "common/image_descriptor.h"
#include "firmware/core/failure.h"
#include "firmware/core/lead.h"
#include "firmware/port/port.h"

#define IMAGE_SCAN_CHUNK 1024
#define IMAGE_SCAN_SCRATCH (IMAGE_SCAN_CHUNK + IMAGE_DESCRIPTOR_MAX)

// A search for the descriptor in a slot, chunk by chunk.
struct image_scan {
    struct port *port;
    unsigned slot;
    size_t body_size;        // bytes to search, from the slot's start
    const struct lead *lead; // of an image that is not verified, to be set after the start
    size_t offset;
    int found;                // good descriptors so far; two are one too many
    size_t descriptor_offset; // of the first
    struct image_name name;   // its
};

void image_scan_start(struct image_scan *scan, struct port *port, unsigned slot, size_t body_size);

// Searches one chunk: STEP_AGAIN, or STEP_DONE when there is exactly one good descriptor, else
// RESULT_DESCRIPTOR_INVALID or RESULT_FLASH_FAILED. scratch takes IMAGE_SCAN_SCRATCH bytes.
int image_scan_step(struct image_scan *scan, uint8_t *scratch, struct failure *failure);

// Reads the descriptor at an offset of a slot into scratch (IMAGE_DESCRIPTOR_MAX bytes), which *out
// then refers to. body_size as above. RESULT_DESCRIPTOR_INVALID or RESULT_FLASH_FAILED.
int image_scan_read(struct image_scan *scan, size_t offset, uint8_t *scratch,
    struct image_descriptor *out, struct failure *failure);

#endif
