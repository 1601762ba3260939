#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdint.h>

#include "server/base/err.h"

// Values of settings. All: ERR_INVALID with the reason, ERR_NO_MEMORY.

// Replaces a text, which was NULL or from malloc(), by a copy of the value.
ERR_CHECKED int config_value_text(char **member, const char *value, struct err *err);

// The same of an absolute path, without the slashes at its end.
ERR_CHECKED int config_value_path(char **member, const char *value, struct err *err);

// Which numbers a setting takes.
struct config_value_range {
    int64_t min;
    int64_t max;
    int base; // 10, or 8
};

ERR_CHECKED int config_value_number(
    const char *value, const struct config_value_range *range, int64_t *out, struct err *err);

// Reads "yes" (1) or "no" (0). ERR_INVALID.
ERR_CHECKED int config_value_switch(const char *text, int64_t *out, struct err *err);

#endif
