#ifndef CONFIRM_H
#define CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/ctl/subcommand.h"

#define CONFIRM_LINE_SIZE 128

// Whether a change is to be made on so many devices: tells how many they are, and asks unless
// --yes is given. what: as "firmware". SUBCOMMAND_OK; SUBCOMMAND_USAGE with a hint if there is no
// terminal to ask at; ERR_NOT_FOUND if there are none, ERR_CONFLICT if the answer is not yes.
int confirm_change(
    const struct subcommand_call *call, int64_t devices, const char *what, struct err *err);

// The same of all devices that there are.
int confirm_all(
    const struct subcommand_call *call, int64_t devices, const char *what, struct err *err);

// A group that is to be changed.
struct confirm_group {
    int64_t devices; // that meet its filter
    int64_t leave;   // that are in it and do not
    bool is_there;   // already, so that devices may get something else
    bool is_needed;  // by something else, so that it is asked also if there are no devices
};

// Tells how many devices a group means, and asks whether to do so unless --yes is given, the group
// is new, or there are none. question: as "give the group this filter". As confirm_change(), but
// without ERR_NOT_FOUND.
int confirm_group(const struct subcommand_call *call, const struct confirm_group *group,
    const char *question, struct err *err);

// "2 devices meet the filter; 1 device leaves the group".
void confirm_format_group(const struct confirm_group *group, char out[CONFIRM_LINE_SIZE]);

// Whether a line that was typed means yes: "y" or "yes", in any case.
bool confirm_is_yes(const char *line);

#endif
