#ifndef PRINT_CONFIG_H
#define PRINT_CONFIG_H

#include "server/daemon/config.h"

// Prints what the download server gives a device as its config.json, also to one that has the place
// of another; says on standard error what keeps it from doing so. Returns an exit status: 2 if
// typed is no MAC.
int print_config_run(const struct config *config, const char *typed);

#endif
