#ifndef CHECK_CONFIG_H
#define CHECK_CONFIG_H

#include "server/daemon/config.h"

// Opens what starting opens, without changing anything: a line on standard error for each thing
// that is wrong, or will be soon. path names the configuration. Returns how many are wrong. Beside
// a running daemon, which holds the address and the database, it works as well.
int check_config_all(const struct config *config, const char *path);

#endif
