#ifndef FIRMWARE_PORT_HOST_FAULT_H
#define FIRMWARE_PORT_HOST_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image_name.h"
#include "common/mac.h"

#define FAULT_NEVER UINT32_MAX
#define FAULT_DAY_MS 86400000u

// What goes wrong with a device while it runs a certain image. Times count from the start of the
// fault; 0: not so.
struct fault_kind {
    const char *name;
    uint32_t restart_ms;      // it crashes so long after each start
    uint32_t leak_bytes;      // of heap in an hour; it crashes when none is left
    uint32_t link_period_ms;  // once in each of these its Wi-Fi link is lost,
    uint32_t link_lost_ms;    // for so long
    uint32_t sleep_ms;        // it does not run for so long, then starts anew
    bool is_dead;             // it never runs again
    bool reports_other_image; // the one in its other slot, not the one that runs
};

// One line of a file of faults: "MAC KIND IMAGE [AFTER]", AFTER being the seconds from a start of
// that image to the fault's. Kinds: never-return, crash-loop, heap-leak, wrong-report,
// flapping-wifi, asleep.
struct fault {
    char mac[MAC_SIZE];
    char image[IMAGE_NAME_SIZE];
    const struct fault_kind *kind;
    uint32_t after_ms;
};

struct fault_list {
    size_t count;
    struct fault *items;
};

// Reads a file. 0, or -1: said on stderr.
int fault_list_read(struct fault_list *list, const char *path);
void fault_list_clear(struct fault_list *list);

// The fault of a device that runs an image, or NULL.
const struct fault *fault_list_find(
    const struct fault_list *list, const char *mac, const char *image);

// How a device fares, so long after its start. fault: NULL is allowed.
struct fault_state {
    bool crashes; // now
    bool sleeps;  // it is to stop now and to start after wait_ms; never again: FAULT_NEVER
    bool is_link_lost;
    uint32_t losses; // how often the link has been lost by now
    uint32_t lost_heap_bytes;
    uint32_t wait_ms; // until that changes
};
void fault_tell(
    const struct fault *fault, uint32_t since_ms, uint32_t heap_bytes, struct fault_state *out);

// A device whose clock leaps may miss that its link was lost: if it is online, this takes the link
// away for a millisecond then. *seen: how many losses of its state it has had so far; 0 at its
// start.
void fault_make_up(struct fault_state *state, bool is_online, uint32_t *seen);

#endif
