#ifndef FIRMWARE_PORT_ESP8266_MAIN_BOOT_H
#define FIRMWARE_PORT_ESP8266_MAIN_BOOT_H

#include "firmware/port/port.h"

// The first thing of all: whether this image is the one to run (policy/choice.h), and the start is
// counted against a trial. Returns in the image that is to run, or, if the record cannot be
// read or written, in the one that runs; else restarts into the other slot.
// The flash must be attached.
void boot_choose(struct port *port);

#endif
