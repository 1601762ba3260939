#ifndef CTL_COMMAND_PROGRESS_H
#define CTL_COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

// How far many commands have come: on a terminal one line that is drawn again, and at the end one
// that sums up.

// By where they stand. What is neither open nor done has come to nothing.
struct command_progress {
    size_t total, open, done, accepted, sent, failed, expired, cancelled;
    bool shows; // to standard error, which is a terminal
    bool drawn;
    bool quiet;
};

// Whether nothing more is expected of a command in that state.
bool command_progress_has_ended(const char *state);

// quiet: nothing is to be said, as for a program.
void command_progress_begin(struct command_progress *progress, bool quiet);

// Counts them anew; whether it is shown stays.
void command_progress_count(struct command_progress *progress, const json_t *commands);

// "3 of 5 ended: 2 done, 1 failed; 1 accepted, 1 sent", without what there is none of. Cut to size.
void command_progress_format(const struct command_progress *progress, char *out, size_t size);

void command_progress_show(struct command_progress *progress);
void command_progress_clear(struct command_progress *progress);

// Of more than one command, on standard error.
void command_progress_sum_up(const struct command_progress *progress);

#endif
