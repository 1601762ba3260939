#ifndef PKI_CLIENT_NAME_H
#define PKI_CLIENT_NAME_H

#include <stdbool.h>

#include "server/base/err.h"

// How a client of the broker that is no device may be called, and what role it may have there.

// The roles whose rights are built in.
#define CLIENT_NAME_MONITOR "monitor"
#define CLIENT_NAME_HOMEASSISTANT "homeassistant"

// ERR_INVALID if the name holds a MAC in a spelling that mac_parse() takes, for which it could be
// taken for a device, or is the daemon's.
ERR_CHECKED int client_name_check(const char *name, struct err *err);

// ERR_INVALID if it is no word (1 to 32 lower-case letters, digits, '-' or '_', a letter first), or
// a role that certificates have without being given it.
ERR_CHECKED int client_name_check_role(const char *role, struct err *err);

// Whether the rights of a role are built in. Any other has those that the broker's configuration
// gives it, and none without.
bool client_name_is_built_in_role(const char *role);

#endif
