#ifndef FIRMWARE_PORT_LX106_BOARD_FLASH_H
#define FIRMWARE_PORT_LX106_BOARD_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/port/port.h"

// The seam's regions on the board's flash, for the program and for its boot loader.

// Where a slot begins in the flash.
size_t flash_slot(unsigned slot);

// Fills in sizes and flash functions of port and *ops.
void flash_attach(struct port *port, struct port_ops *ops);

#endif
