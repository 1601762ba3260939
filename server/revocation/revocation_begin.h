#ifndef REVOCATION_BEGIN_H
#define REVOCATION_BEGIN_H

#include "server/base/err.h"
#include "server/revocation/revocation_file.h"
#include "server/store/store.h"

#define REVOCATION_BEGIN_NOTE_SIZE 512

// Before anybody is let in: compares the list that is there with the database. Whom the list shuts
// out though the database does not, as that was put back from an older copy, is taken into the
// database, durably, and its number raised above the list's; otherwise nothing is written there, as
// somebody else may hold it now. note: what an operator is to know of it, one line, or "".
ERR_CHECKED int revocation_begin_run(struct store *store, struct revocation_file *file,
    char note[REVOCATION_BEGIN_NOTE_SIZE], struct err *err);

#endif
