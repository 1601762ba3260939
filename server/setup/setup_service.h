#ifndef SETUP_SERVICE_H
#define SETUP_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/setup/setup.h"

// The two services, and the timer that renews their certificates.

// What systemd says of one.
struct setup_service_state {
    bool is_enabled;
    bool is_active;
    int64_t started_s; // Unix time; 0 if it does not run
};

// Why it is to be started (again); NULL if it runs with all that there is. changed_ms is when
// the last of what it reads at its start was changed. Pure.
const char *setup_service_decide(const struct setup_service_state *state, int64_t changed_ms);

// Reads what `systemctl show` says of a unit. Pure.
void setup_service_parse(const char *said, struct setup_service_state *out);

// Whether systemd runs this machine.
bool setup_service_has_systemd(void);

// Steps.
int setup_service_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_service_start_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_service_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_service_start_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_service_look_renewal(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_service_start_renewal(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

#endif
