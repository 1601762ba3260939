// How far many commands have come.
#include "server/ctl/command_progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/ctl/field.h"

#define LINE_SIZE 160
#define CLEAR_LINE "\r\033[K"

bool command_progress_has_ended(const char *state)
{
    static const char *const open[] = {"queued", "sent", "accepted", "waiting"};

    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        if (strcmp(state, open[i]) == 0)
            return false;
    }
    return true;
}

void command_progress_begin(struct command_progress *progress, bool quiet)
{
    *progress = (struct command_progress){.quiet = quiet};
    progress->shows = !quiet && isatty(STDERR_FILENO) == 1;
}

void command_progress_count(struct command_progress *progress, const json_t *commands)
{
    struct command_progress counted = {
        .shows = progress->shows, .drawn = progress->drawn, .quiet = progress->quiet};
    size_t i;
    json_t *command;

    json_array_foreach((json_t *)commands, i, command)
    {
        const char *state = field_text(command, "state", "");

        counted.total++;
        counted.open += !command_progress_has_ended(state);
        counted.done += strcmp(state, "done") == 0;
        counted.accepted += strcmp(state, "accepted") == 0;
        counted.sent += strcmp(state, "sent") == 0;
        counted.failed += strcmp(state, "failed") == 0;
        counted.expired += strcmp(state, "expired") == 0;
        counted.cancelled += strcmp(state, "cancelled") == 0;
    }
    *progress = counted;
}

void command_progress_format(const struct command_progress *progress, char *out, size_t size)
{
    const struct {
        size_t count;
        const char *name;
    } parts[] = {
        {progress->done, "done"},
        {progress->failed, "failed"},
        {progress->expired, "expired"},
        {progress->cancelled, "cancelled"},
        {progress->accepted, "accepted"},
        {progress->sent, "sent"},
        {progress->open - progress->accepted - progress->sent, "queued"},
    };
    int n =
        snprintf(out, size, "%zu of %zu ended", progress->total - progress->open, progress->total);
    const char *before = ": ";

    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && n > 0 && (size_t)n < size; i++) {
        if (parts[i].count == 0)
            continue;
        n += snprintf(out + n, size - (size_t)n, "%s%zu %s", before, parts[i].count, parts[i].name);
        before = ", ";
    }
}

void command_progress_show(struct command_progress *progress)
{
    char line[LINE_SIZE];

    if (!progress->shows || progress->open == 0)
        return;
    command_progress_format(progress, line, sizeof line);
    fprintf(stderr, CLEAR_LINE "%s", line);
    progress->drawn = true;
}

void command_progress_clear(struct command_progress *progress)
{
    if (progress->drawn)
        fputs(CLEAR_LINE, stderr);
    progress->drawn = false;
}

void command_progress_sum_up(const struct command_progress *progress)
{
    char line[LINE_SIZE];

    if (progress->quiet || progress->total < 2)
        return;
    command_progress_format(progress, line, sizeof line);
    fprintf(stderr, "%s\n", line);
}
