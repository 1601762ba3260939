#ifndef TEST_DEPLOYED_STACK_GAUGE_H
#define TEST_DEPLOYED_STACK_GAUGE_H

#include <stdbool.h>
#include <stddef.h>

// Runs a function on a stack of its own. *out is how many bytes of it were used, the C library's
// part included. False if there is no memory for it.
bool stack_gauge_run(void (*run)(void *ctx), void *ctx, size_t *out);

#endif
