#ifndef SETUP_PAST_H
#define SETUP_PAST_H

#include "server/setup/setup.h"

// Whether a fleet that trusts a CA was on this machine, or is being put back: another CA would lose
// its devices.

// ERR_CONFLICT, with what to do, if a backup is put back here, or the daemon's database, where
// SETUP_CONFIG says, names devices or certificates; ERR_IO or ERR_INVALID if that cannot be read.
// 0 without a database, and wherever a fleet is begun anew (setup->begins_anew).
ERR_CHECKED int setup_past_allows_ca(const struct setup *setup, struct err *err);

// The same of a database alone.
ERR_CHECKED int setup_past_judge(const char *database, struct err *err);

// Writes where the configuration with that text has the database; NULL: where it is by default.
// Pure.
void setup_past_place(const char *config, char *out, size_t size);

#endif
