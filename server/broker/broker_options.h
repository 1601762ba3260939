#ifndef BROKER_OPTIONS_H
#define BROKER_OPTIONS_H

#include "server/base/err.h"
#include "server/broker/access_table.h"
#include "server/broker/limits.h"

// What the broker's configuration says to the plugin (plugin_opt_...).
struct broker_options {
    char *ca_file;              // cafile PATH
    char *revocations;          // revocations PATH
    char *sessions;             // sessions PATH; or NULL
    char *daemon;               // daemon NAME; "secureespd"
    struct access_table *table; // role NAME read|write FILTER, role NAME unbounded
    struct limits limits;       // each by its name
    char given[1024];           // those of them that were, but for role, each with its space
};

ERR_CHECKED int broker_options_init(struct broker_options *options);
void broker_options_clear(struct broker_options *options);

// Takes one in, which is given once, but for role. The error names the option and what is wrong
// with it: ERR_INVALID, ERR_NOT_FOUND, ERR_CONFLICT, ERR_TOO_LARGE or ERR_NO_MEMORY.
ERR_CHECKED int broker_options_set(
    struct broker_options *options, const char *key, const char *value, struct err *err);

// Whether nothing is missing, and they fit each other.
ERR_CHECKED int broker_options_check(const struct broker_options *options, struct err *err);

#endif
