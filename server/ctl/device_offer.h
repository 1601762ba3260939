#ifndef CTL_DEVICE_OFFER_H
#define CTL_DEVICE_OFFER_H

#include <jansson.h>

// Prints what a device is offered, or why nothing: a line of its page.
void device_offer_show(const json_t *device);

#endif
