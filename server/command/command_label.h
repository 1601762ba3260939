#ifndef COMMAND_LABEL_H
#define COMMAND_LABEL_H

#include "server/command/command_mark.h"
#include "server/store/label_store.h"

// What an operator calls a device, durably.

struct command_label {
    const char *mac;
    const char *name; // each: NULL: it stays; "": there is none any more
    const char *place;
    const char *note;
    const struct audit_author *by;
    bool forced; // as in command_mark.h
    command_mark_run *run;
};

// *out is what holds of the device then. ERR_INVALID if a text is too long, no UTF-8, or has
// characters that a terminal or a reader of logs might obey (escape.h); errors of command_mark.h.
ERR_CHECKED int command_label_set(struct store *store, const struct command_label *wish,
    struct device_label *out, struct err *err);

#endif
