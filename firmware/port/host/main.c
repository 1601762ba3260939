// virtual-esp: the device's firmware as a Linux process.
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#include "firmware/core/device.h"
#include "firmware/port/host/fleet.h"
#include "firmware/port/host/host_loop.h"
#include "firmware/port/host/host_options.h"
#include "firmware/port/host/watchdog.h"

#define EXIT_USAGE 2

// A device takes one descriptor, and one more while it touches its flash.
static void raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int find(struct fleet *fleet, const struct host_options *options)
{
    int rc = options->count == 0 ? fleet_single(fleet, options->folder, options->mac)
                                 : fleet_find(fleet, options->folder, options->mac, options->count);

    if (rc != 0)
        fprintf(stderr, "virtual-esp: %s: %m\n", options->folder);
    else if (fleet->count < options->count)
        fprintf(stderr, "virtual-esp: %s: only %zu of %zu devices are there\n", options->folder,
            fleet->count, options->count);
    else
        return 0;
    return -1;
}

int main(int argc, char **argv)
{
    struct host_options options;
    struct fleet fleet = {0};
    struct watchdog watchdog;
    int rc = host_options_parse(argc, argv, &options);

    if (rc != 0)
        return rc > 0 ? 0 : EXIT_USAGE;
    if (watchdog_init(&watchdog, argv, DEVICE_WATCHDOG_MS) != 0) {
        perror("virtual-esp: watchdog");
        return 1;
    }
    raise_limits();
    rc = find(&fleet, &options);
    if (rc == 0)
        rc = host_loop_run(&fleet, &options, &watchdog);
    fleet_clear(&fleet);
    watchdog_clear(&watchdog);
    return rc == 0 ? 0 : 1;
}
