#ifndef FIRMWARE_ENROL_NEED_H
#define FIRMWARE_ENROL_NEED_H

#include "firmware/port/port.h"

enum need {
    NEED_NONE,
    NEED_ENROLMENT, // there is no certificate, but one to claim it with
    NEED_RENEWAL,   // it is time to renew it (core/renewal.h)
};

// What the device needs before it can start. To be called once at each start: it takes the mark of
// a renewal away, so that no start is spent on it twice, and removes what one that was cut has
// left.
enum need need_find(struct port *port, const char *mac);

#endif
