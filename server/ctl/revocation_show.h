#ifndef CTL_REVOCATION_SHOW_H
#define CTL_REVOCATION_SHOW_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/client.h"
#include "server/ctl/subcommand.h"

// Tells people what a change has brought about, but for when it takes effect: one line.
typedef void revocation_show_change(const json_t *answer);

// Sends a request that shuts out or lets in, and shows the answer: what changed, and when download
// server and broker go by it. Returns as a subcommand does: an error while the broker does not.
int revocation_show_request(const struct subcommand_call *call,
    const struct client_request *request, revocation_show_change *change, struct err *err);

#endif
