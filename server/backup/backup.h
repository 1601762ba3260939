#ifndef BACKUP_H
#define BACKUP_H

#include <stdint.h>
#include <sys/types.h>

#include "server/backup/backup_members.h"
#include "server/base/err.h"

// Backups of all that the daemon has (server/archive), made while it runs; one at a time.
struct backup;

// Removes what one that was killed left in state_dir. The places are borrowed.
ERR_CHECKED int backup_new(
    const struct backup_places *places, struct backup **out, struct err *err);
void backup_free(struct backup *backup); // after the last run; NULL is allowed

// When the last one was made whole, as the daemon knows also after it was restarted; 0: none that
// it knows of. Any thread.
int64_t backup_made_at_ms(const struct backup *backup);

// Takes the place of the one that is made: ERR_CONFLICT while there is another, ERR_NO_MEMORY.
struct backup_run;
ERR_CHECKED int backup_begin(struct backup *backup, struct backup_run **out, struct err *err);

// Makes it, on a thread of its own. ERR_NO_MEMORY.
ERR_CHECKED int backup_run_start(struct backup_run *run, struct err *err);

// With the run as ctx: takes what there is of it, as backup_pipe_read(); a failure is in the log.
ssize_t backup_run_read(void *ctx, char *buffer, size_t max);

// Always, at the end or before it.
void backup_run_end(void *ctx);

#endif
