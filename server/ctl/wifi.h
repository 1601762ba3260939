#ifndef CTL_WIFI_H
#define CTL_WIFI_H

#include "server/ctl/subcommand.h"

// secureesp wifi
extern const struct subcommand wifi_subcommands[];

#endif
