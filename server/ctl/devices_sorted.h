#ifndef CTL_DEVICES_SORTED_H
#define CTL_DEVICES_SORTED_H

#include "server/ctl/pages.h"

// A list of devices that the daemon sorts, page by page, while they change: each is shown once. One
// that moved to a place that had been passed stands at the end.
struct devices_sorted {
    struct url *sorted;
    struct url *plain; // the same devices by MAC
    struct url *count; // how many they are
};

// Shows at most max of them (0: all); the caller clears the urls. Returns as a subcommand does.
int devices_sorted_show(const struct subcommand_call *call, const struct devices_sorted *lists,
    int64_t max, const struct pages_view *view, struct err *err);

#endif
