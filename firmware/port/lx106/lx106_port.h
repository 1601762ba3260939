#ifndef FIRMWARE_PORT_LX106_LX106_PORT_H
#define FIRMWARE_PORT_LX106_LX106_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/lx106/arguments.h"
#include "firmware/port/port.h"

// The seam on the emulated board.
struct lx106_port {
    struct port port;
    const struct arguments *arguments;
    const char *networks;  // the file that has them; NULL: the link is not started
    uint32_t looked_at_ms; // for one of them in the air
    bool is_found;         // as of then
};

void lx106_port_init(struct lx106_port *self, const struct arguments *arguments);

#endif
