// How far long work has come.
#include "server/ctl/backup_progress.h"

#include <stdio.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/ctl/text.h"

#define EVERY_MS 200

void backup_progress_add(struct backup_progress *progress, int64_t bytes)
{
    int64_t now_ms = clock_monotonic_ms();
    char size[TEXT_SHORT_SIZE];

    progress->bytes += bytes;
    if (now_ms < progress->next_ms || isatty(STDERR_FILENO) != 1)
        return;
    progress->next_ms = now_ms + EVERY_MS;
    progress->is_shown = true;
    text_size(progress->bytes, size);
    fprintf(stderr, "\r%s %s", progress->what, size);
    if (progress->total_bytes > 0)
        fprintf(stderr, " (%lld %%)", (long long)(progress->bytes * 100 / progress->total_bytes));
    fputs("   ", stderr);
    (void)fflush(stderr);
}

void backup_progress_end(struct backup_progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    progress->is_shown = false;
}
