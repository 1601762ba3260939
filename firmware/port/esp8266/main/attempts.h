#ifndef FIRMWARE_PORT_ESP8266_MAIN_ATTEMPTS_H
#define FIRMWARE_PORT_ESP8266_MAIN_ATTEMPTS_H

#include <stdbool.h>

#define ATTEMPTS_MAX 3

// How often it has been attempted to select a slot since an image was last chosen to run, over
// restarts: whatever in the SDK's functions ends the run meanwhile, it does so that often only.

// Counts one. False if there were ATTEMPTS_MAX already.
bool attempts_begin(void);

// An image is chosen.
void attempts_end(void);

#endif
