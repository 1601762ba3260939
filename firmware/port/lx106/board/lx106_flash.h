#ifndef FIRMWARE_PORT_LX106_BOARD_LX106_FLASH_H
#define FIRMWARE_PORT_LX106_BOARD_LX106_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/port/port.h"

// The seam's regions on the board's flash, for the program and for its boot loader.

// Where a slot begins in the flash.
size_t lx106_flash_slot(unsigned slot);

// Fills in the sizes of port.
void lx106_flash_attach(struct port *port);

// The flash functions of struct port_ops, as port.h describes them, with which a constant table of
// them can be made: that takes no DRAM.
int lx106_flash_read(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n);
int lx106_flash_erase(struct port *port, enum port_region region, size_t offset);
int lx106_flash_write(
    struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n);
int lx106_flash_sync(struct port *port, enum port_region region);
size_t lx106_flash_factory_size(struct port *port);

#endif
