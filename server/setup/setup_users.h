#ifndef SETUP_USERS_H
#define SETUP_USERS_H

#include "server/setup/setup.h"

// The users that the services run as, the folders of the CA, and the owners and modes of the keys.
// Steps.
int setup_users_look(const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_users_make(const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_users_look_folders(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_users_make_folders(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_users_look_keys(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_users_give_keys(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

#endif
