#ifndef CTL_SETTINGS_SEND_H
#define CTL_SETTINGS_SEND_H

#include <jansson.h>

#include "server/base/err.h"
#include "server/ctl/client.h"

// Orders the command config for those whom a change of settings concerns: the device, or of all
// (of the group's) those that have drifted. change: as the API answers one. The caller gives up the
// reference to *commands. The client's errors.
ERR_CHECKED int settings_send_order(
    struct client *client, const json_t *change, json_t **commands, struct err *err);

#endif
