#ifndef CTL_PKI_ROTATE_SHOW_H
#define CTL_PKI_ROTATE_SHOW_H

#include <jansson.h>

#include "server/ctl/subcommand.h"

// A change of the CA as the daemon tells it (GET /api/v1/rotation), for people. A present_show.
int pki_rotate_show(const struct subcommand_call *call, const json_t *answer, struct err *err);

// Those alone that would be lost, on standard error.
void pki_rotate_show_lost(const json_t *answer);

#endif
