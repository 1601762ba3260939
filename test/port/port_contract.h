#ifndef TEST_PORT_PORT_CONTRACT_H
#define TEST_PORT_PORT_CONTRACT_H

#include <stdint.h>

#include "firmware/port/port.h"

// What port.h asks of every port, as a test that runs on any of them: in a process, on the emulated
// board, on a chip with a person at its serial line. It erases slot 1 and writes a file of its own.

struct contract {
    struct port *port;
    // Lets a millisecond or so go by, in which the port does what it has to do.
    void (*turn)(void *ctx);
    // Takes one line of the report.
    void (*say)(void *ctx, const char *line);
    void *ctx;
    const char *echo_host; // sends back what it receives, and closes when its peer does
    uint16_t echo_port;
    uint16_t closed_port; // of the same host, where nobody listens
};

// Runs all tests; says "ok NAME" or "FAIL NAME: what" of each. Returns how many failed.
unsigned contract_run(const struct contract *contract);

// What must hold after the port's reboot: contract_before_reboot() first, then reboot() and, in the
// new start, contract_after_reboot(). Returns how many failed.
void contract_before_reboot(const struct contract *contract);
unsigned contract_after_reboot(const struct contract *contract);

#endif
