#ifndef METRICS_PROCESS_H
#define METRICS_PROCESS_H

#include "server/metrics/metrics_text.h"

// Writes what the kernel says of this process, by the names that all exporters have (process_*).
// What it does not say is left out. started_ms: Unix time; the machine's own
// start, from which the kernel counts, a confined process may not see.
void metrics_process_write(struct metrics_text *text, int64_t started_ms);

#endif
