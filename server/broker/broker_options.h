#ifndef BROKER_OPTIONS_H
#define BROKER_OPTIONS_H

#include <stdint.h>

#include "server/base/err.h"
#include "server/broker/access_table.h"
#include "server/broker/limits.h"

// What the broker's configuration says to the plugin (plugin_opt_...).
struct broker_options {
    char *ca_file;              // cafile PATH
    char *revocations;          // revocations PATH
    char *daemon;               // daemon NAME; "secureespd"
    struct access_table *table; // role NAME read|write FILTER, role NAME unbounded
    struct limits limits;       // each by its name
};

ERR_CHECKED int broker_options_init(struct broker_options *options);
void broker_options_clear(struct broker_options *options);

// Takes one in. ERR_INVALID names the option and what is wrong with it.
ERR_CHECKED int broker_options_set(
    struct broker_options *options, const char *key, const char *value, struct err *err);

// Whether nothing is missing.
ERR_CHECKED int broker_options_check(const struct broker_options *options, struct err *err);

#endif
