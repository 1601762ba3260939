#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

enum option_kind {
    OPTION_FLAG,  // --name
    OPTION_VALUE, // --name VALUE or --name=VALUE, once
    OPTION_LIST,  // the same, any number of times
    OPTION_MAYBE, // --name or --name=VALUE
};

// One option; a table of them ends with a NULL name.
struct option_rule {
    const char *name; // without the dashes
    enum option_kind kind;
    const char *argument; // what the usage calls the value, "SECONDS"
    const char *help;
};

struct option_given {
    const struct option_rule *rule;
    const char *value; // NULL if none was given
};

// A command line, read. Its texts belong to argv.
struct options {
    struct option_given *given;
    size_t given_count;
    const char **arguments; // what is no option, in order
    size_t argument_count;
};

// Reads argv[0..argc) by the tables, of which NULL ends the list. Options and arguments may stand
// in any order; "--" ends the options; "-h" is "--help", "-f" "--follow", "-n" "--lines".
// ERR_INVALID says which word is wrong.
ERR_CHECKED int options_parse(const struct option_rule *const *tables, int argc, char **argv,
    struct options *out, struct err *err);
void options_clear(struct options *options);

bool options_has(const struct options *options, const char *name);

// The value of an option, or NULL if it was not given or without one.
const char *options_value(const struct options *options, const char *name);

// The next value of an OPTION_LIST; *cursor starts at 0. NULL at the end.
const char *options_next(const struct options *options, const char *name, size_t *cursor);

// Reads the value of an option as a whole number from min to max; *out stays as it is if the option
// was not given. ERR_INVALID.
ERR_CHECKED int options_number(const struct options *options, const char *name,
    const int64_t range[2], int64_t *out, struct err *err);

#endif
