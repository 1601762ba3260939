#ifndef FIRMWARE_PORT_LX106_LX106_PORT_H
#define FIRMWARE_PORT_LX106_LX106_PORT_H

#include "firmware/port/lx106/arguments.h"
#include "firmware/port/port.h"

// The seam on the emulated board.
struct lx106_port {
    struct port port;
    const struct arguments *arguments;
};

void lx106_port_init(struct lx106_port *self, const struct arguments *arguments);

#endif
