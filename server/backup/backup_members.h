#ifndef BACKUP_MEMBERS_H
#define BACKUP_MEMBERS_H

#include "server/archive/archive_writer.h"

// Where what belongs to the daemon is.
struct backup_places {
    const char *state_dir;
    const char *config;      // secureesp.conf
    const char *devices_dir; // certificates that devices may fetch
};

// Adds, beside what was staged (backup_stage.h), the vault's secret, the configuration and the
// devices' certificates. Of the latter those that cannot be read are told in the log. Names begin
// with state/, etc/ and devices/. Errors of archive_file_add().
ERR_CHECKED int backup_members_add(struct archive_writer *writer,
    const struct backup_places *places, const char *stage, struct err *err);

#endif
