#ifndef BROKER_CHECK_H
#define BROKER_CHECK_H

#include <stdbool.h>

#include "server/daemon/config.h"

#define BROKER_CHECK_TEXT_SIZE 1024

// Whether something of the broker's configuration does not go with this daemon's; if so, out says
// what, and what to do. text: the contents of the file at path.
bool broker_check_text(const char *text, const char *path, const struct config *config,
    char out[BROKER_CHECK_TEXT_SIZE]);

// The same of the file that was installed beside this daemon's at config_path: /etc/mosquitto for
// /etc/secureesp. Nothing is wrong with what is not there, or not for us to read: the broker may be
// another machine's.
bool broker_check_run(
    const char *config_path, const struct config *config, char out[BROKER_CHECK_TEXT_SIZE]);

#endif
