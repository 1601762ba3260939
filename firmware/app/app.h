#ifndef FIRMWARE_APP_APP_H
#define FIRMWARE_APP_APP_H

#include <stdint.h>

#include "firmware/core/report.h"

// The user's own code, which runs beside what keeps the device connected and updatable: these three
// functions are app.c's, or those of the file that takes its place. All run on the one thread that
// there is, so none may wait: a call that takes long delays everything else (the status says so in
// "maxmillis"), and after 6 s the watchdog restarts the device, which takes back an image on trial.

// Called once, at the end of each start that has succeeded; the network is not there yet.
void app_setup(void);

// Called over and over, every 10 ms at least, with or without a connection: does what is due now
// and returns.
void app_loop(void);

// Called for each status that is sent: adds its own members with report_add_number(),
// report_add_decimal() and report_add_text() (firmware/core/report.h).
void app_status(struct report_members *members);

// Milliseconds since the start. Wraps after 49 days: compare differences.
uint32_t app_millis(void);

// Asks for a status as soon as possible: at once, or a second after the last one. Several requests
// until then are one. Without a connection it does nothing, as each begins with a status.
void app_send_status(void);

// Writes a line to the device's log, cut to some 180 characters. Never a secret.
void app_log(const char *line);

#endif
