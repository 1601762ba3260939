#ifndef FIRMWARE_CORE_LEAD_H
#define FIRMWARE_CORE_LEAD_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/port/port.h"

#define LEAD_SIZE 4

// The first bytes of an image that is not yet verified, kept back from its slot: there is no boot
// loader that starts an image without them, not even one that falls back to this slot on its own.
struct lead {
    uint8_t bytes[LEAD_SIZE];
};

// Takes what there is of the lead among the n bytes that stand at offset of the image. Returns how
// many of them, from the first on, must not be written.
size_t lead_keep(struct lead *lead, size_t offset, const uint8_t *p, size_t n);

// Reads n bytes of the slot as they will be: with the lead that is kept back (NULL: none is). 0 or
// PORT_FAILED.
int lead_read(
    struct port *port, unsigned slot, const struct lead *lead, size_t offset, uint8_t *p, size_t n);

// Writes the lead to the slot, which makes the image complete. 0 or PORT_FAILED.
int lead_write(struct port *port, unsigned slot, const struct lead *lead);

#endif
