#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "server/base/err.h"
#include "server/daemon/config.h"

// Whether settings that are good each by itself are so together. name is the file's. ERR_INVALID.
ERR_CHECKED int config_check_run(const struct config *config, const char *name, struct err *err);

#endif
