#ifndef FIRMWARE_PORT_ESP8266_MAIN_SUPERVISOR_H
#define FIRMWARE_PORT_ESP8266_MAIN_SUPERVISOR_H

// Resets the device if its loop is not entered for DEVICE_WATCHDOG_MS. The chip's own dog is fed by
// the idle task, whatever the device's task does: it is behind this for the case that nothing runs
// any more.

void supervisor_start(void);

// The loop is entered.
void supervisor_feed(void);

#endif
