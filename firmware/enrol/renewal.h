#ifndef FIRMWARE_ENROL_RENEWAL_H
#define FIRMWARE_ENROL_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/device.h"
#include "firmware/port/port.h"

#define RENEWAL_FILE "renew"
#define RENEWAL_PAUSE_MIN_S 900   // from an attempt to the next at least,
#define RENEWAL_PAUSE_MAX_S 86400 // and at most

enum renewal_state {
    RENEWAL_NONE,  // nothing is under way
    RENEWAL_ASKED, // the next start is to renew (firmware/enrol)
    RENEWAL_TRIED, // and has begun to
};

// What the device must remember over a restart about the renewal of its certificate.
struct renewal {
    uint32_t state;     // enum renewal_state
    uint32_t next_at_s; // no attempt before that, in seconds since 1970
};

// Reads it; without a good one nothing is under way. Writes it: 0 or PORT_FAILED.
void renewal_load(struct renewal *renewal, struct port *port);
int renewal_store(const struct renewal *renewal, struct port *port);

// Whether the next start is to renew: it is if the certificate has lived two thirds of its life,
// and up to a tenth more by the MAC, so that boards that were made on one day do not come on one
// day; if there is a server to ask and the clock is set; and if the last attempt is a day ago, or
// an eighth of what is left of the certificate's life. Remembers it then.
bool renewal_ask(const struct device *device);

#endif
