#ifndef CTL_PRESENT_H
#define CTL_PRESENT_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/client.h"
#include "server/ctl/subcommand.h"

// Shows an answer to people; returns as a subcommand does.
typedef int present_show(const struct subcommand_call *call, const json_t *answer, struct err *err);

// Sends one request and shows the answer: with --json as it comes, else by show. Returns as a
// subcommand does.
int present_request(const struct subcommand_call *call, const struct client_request *request,
    present_show *show, struct err *err);

// The same for a GET.
int present_get(
    const struct subcommand_call *call, const char *path, present_show *show, struct err *err);

// The same for a POST of a body, whose reference is given up, and which may hold secrets.
int present_post(const struct subcommand_call *call, const char *path, json_t *body,
    present_show *show, struct err *err);

// Asks whether a list, as "/api/v1/groups", has something of that name. As client_call().
ERR_CHECKED int present_check(
    const struct subcommand_call *call, const char *list, const char *name, struct err *err);

#endif
