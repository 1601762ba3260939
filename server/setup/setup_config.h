#ifndef SETUP_SETUP_CONFIG_H
#define SETUP_SETUP_CONFIG_H

#include <stdbool.h>

#include "server/setup/setup.h"

// The configuration of broker and daemon.

// Whether the text of the broker's configuration loads our plugin. Pure.
bool setup_config_loads_plugin(const char *text);

// The text of the daemon's with what it lacks: where devices find this machine, and the operators'
// port. What somebody set stays. *changes is what was changed, for a person to read, at most size
// bytes; "" if nothing was. The caller frees it; NULL without memory. Pure.
char *setup_config_complete(const char *text, const char *told, char *changes, size_t size);

// Steps.
int setup_config_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_config_make_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_config_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_config_change_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_config_look_checked(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

#endif
