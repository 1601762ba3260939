#ifndef BACKUP_ADOPT_H
#define BACKUP_ADOPT_H

#include "server/store/store.h"

// Takes over a database that was put back from a backup (restored_store.h), with a row of the audit
// log, before anybody else uses it. Of any other database nothing is changed. Errors of the store.
ERR_CHECKED int backup_adopt_run(struct store *store, struct err *err);

#endif
