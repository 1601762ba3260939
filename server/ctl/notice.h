#ifndef CTL_NOTICE_H
#define CTL_NOTICE_H

#include <stdint.h>

#include <jansson.h>

#include "server/ctl/subcommand.h"

#define NOTICE_DAYS 14
#define NOTICE_SIZE 160

// Which certificate of the daemon's status ends soonest, if that is within 14 days; "" if none
// does.
void notice_word(const json_t *status, int64_t now_ms, char out[NOTICE_SIZE]);

// What whoever keeps the fleet has to know, whatever he asked for: a line on standard error, if
// that is a terminal and the command is not for JSON, that a certificate ends soon. Nothing if the
// daemon does not answer.
void notice_show(const struct subcommand_call *call, const struct subcommand *command);

#endif
