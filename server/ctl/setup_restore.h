#ifndef CTL_SETUP_RESTORE_H
#define CTL_SETUP_RESTORE_H

#include "server/setup/setup.h"

// Setting a machine up from a backup: `secureesp setup --restore FILE`. What was put back is noted
// in SETUP_RESTORED from before the first file on, so that no later call takes the machine for a
// new one, which gets a CA of its own.

// Reads that note, and sets setup->is_restored. A dry run verifies the backup and sets
// setup->brings_ca. Errors of backup_verify_read().
ERR_CHECKED int setup_restore_begin(struct setup *setup, struct err *err);

// Steps. ERR_CONFLICT if there is a fleet already: it is left alone.
int setup_restore_look(const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_restore_put_back(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

// The CA that a dry run would find then.
int setup_restore_look_ca(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

#endif
