#ifndef STATE_CHECK_H
#define STATE_CHECK_H

#include "server/base/err.h"

// Whether the database that the daemon is about to open belongs to what lies beside it: a new one
// beside stored images, or beside the log of another, would begin a fleet anew that is there
// already. ERR_CONFLICT, with what to do. Changes nothing.
ERR_CHECKED int state_check_run(const char *database, const char *images_dir, struct err *err);

#endif
