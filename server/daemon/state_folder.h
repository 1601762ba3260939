#ifndef STATE_FOLDER_H
#define STATE_FOLDER_H

#include "server/base/err.h"

#define STATE_FOLDER_BROKER "broker" // what of state_dir the broker reads

// Lets the broker's user through state_dir to STATE_FOLDER_BROKER, and nobody to anything else in
// it: whoever may pass needs no list of names. What cannot be closed, as it is another user's, is
// told in the log. ERR_IO.
ERR_CHECKED int state_folder_open_up(const char *state_dir, struct err *err);

#endif
