#ifndef CTL_ROLLOUTS_H
#define CTL_ROLLOUTS_H

#include <stdint.h>

#include <jansson.h>

#include "server/ctl/subcommand.h"

extern const struct subcommand rollouts_subcommands[];

// A bar of a rollout's progress, as "[####>>..x ]": updated, under way, waiting, failed; each part
// that is there has at least one cell.
#define ROLLOUTS_BAR_CELLS 30
#define ROLLOUTS_BAR_SIZE (ROLLOUTS_BAR_CELLS + 3)
struct rollouts_bar {
    int64_t updated, working, failed, total; // of those that are not left out
};
void rollouts_draw(const struct rollouts_bar *bar, char out[ROLLOUTS_BAR_SIZE]);

// Prints one in a line or two: name, bar, state, and when it may end.
void rollouts_print(const json_t *rollout, int64_t now_ms);

#endif
