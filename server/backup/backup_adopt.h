#ifndef BACKUP_ADOPT_H
#define BACKUP_ADOPT_H

#include "server/store/store.h"

// As store_open(); and takes over a database that was put back from a backup (restored_store.h),
// with a row of the audit log, before anybody else uses it. Of any other nothing is changed.
ERR_CHECKED int backup_adopt_open(const char *path, struct store **out, struct err *err);

#endif
