#ifndef BACKUP_PIPE_H
#define BACKUP_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "server/base/err.h"

// From a thread that makes a backup to whoever takes it, through a buffer.
struct backup_pipe;

#define BACKUP_PIPE_LATER (-2)
#define BACKUP_PIPE_WAIT_MS 100 // for something to read

ERR_CHECKED int backup_pipe_new(struct backup_pipe **out);
void backup_pipe_free(struct backup_pipe *pipe); // once both have done with it

// The writing side. As a sink's, with the pipe as ctx: waits while the buffer is full;
// ERR_UNAVAILABLE once it is closed. The end: whether all was written.
ERR_CHECKED int backup_pipe_write(const void *p, size_t n, void *ctx, struct err *err);
void backup_pipe_end(struct backup_pipe *pipe, bool is_whole);

// The reading side: how many bytes came, 0 after the last, -1 if the end was not that of a whole,
// BACKUP_PIPE_LATER if nothing came for BACKUP_PIPE_WAIT_MS.
ssize_t backup_pipe_read(struct backup_pipe *pipe, char *buffer, size_t max);

// Nobody reads any more. Either side.
void backup_pipe_close(struct backup_pipe *pipe);
bool backup_pipe_is_closed(struct backup_pipe *pipe);

#endif
