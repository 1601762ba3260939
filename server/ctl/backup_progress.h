#ifndef CTL_BACKUP_PROGRESS_H
#define CTL_BACKUP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

// How far long work has come: a line on standard error that is written over, if that is a terminal.
struct backup_progress {
    const char *what;
    int64_t total_bytes; // 0: not known
    int64_t bytes;
    int64_t next_ms; // monotonic
    bool is_shown;
};

void backup_progress_add(struct backup_progress *progress, int64_t bytes);

// Takes the line away.
void backup_progress_end(struct backup_progress *progress);

#endif
