#ifndef CTL_SUBCOMMAND_H
#define CTL_SUBCOMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/ctl/client_target.h"
#include "server/ctl/options.h"
#include "server/ctl/terminal.h"

// Exit codes of the program.
enum subcommand_exit { SUBCOMMAND_OK = 0, SUBCOMMAND_FAILED = 1, SUBCOMMAND_USAGE = 2 };

// What a subcommand is called with.
struct subcommand_call {
    const struct options *options;
    const struct client_target *target; // the daemon; NULL for those that need none (reach.h)
    const char *server;                 // the word for it; NULL: none was given
    bool json;
    struct terminal terminal;
};

// One subcommand; a table of them ends with a NULL group.
struct subcommand {
    const char *group;
    const char *verb;     // NULL: the group is the command
    const char *synopsis; // all that may follow the name
    const char *summary;
    const struct option_rule *options; // its own; NULL if it has none
    size_t arguments_min;
    size_t arguments_max;

    // Returns an exit code, or a negative enum err, which is SUBCOMMAND_FAILED. A message in err is
    // printed.
    int (*run)(const struct subcommand_call *call, struct err *err);
};

// Sets the message and returns SUBCOMMAND_USAGE.
int subcommand_misuse(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Reads an argument as a MAC. SUBCOMMAND_OK, or SUBCOMMAND_USAGE with its message.
int subcommand_read_mac(const char *argument, char out[MAC_SIZE], struct err *err);

#endif
