#ifndef ROLE_H
#define ROLE_H

#include <stdbool.h>

// What an operator may do. Each role may do all that those before it may.
enum role {
    ROLE_ANYBODY,      // who has not said who he is: may only do so
    ROLE_VIEWER,       // reads all but secrets
    ROLE_OPERATOR,     // commands, releases, rollouts, configuration
    ROLE_ADMINISTRATOR // users, tokens, keys, identity, backup
};

// "viewer", "operator", "administrator"; of ROLE_ANYBODY "anybody".
const char *role_name(enum role role);

// False, and *out untouched, if no user can have a role of that name.
bool role_find(const char *name, enum role *out);

#endif
