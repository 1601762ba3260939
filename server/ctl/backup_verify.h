#ifndef CTL_BACKUP_VERIFY_H
#define CTL_BACKUP_VERIFY_H

#include "server/archive/archive_list.h"
#include "server/backup/backup_check.h"
#include "server/ctl/backup_source.h"
#include "server/ctl/subcommand.h"

// Looks at all of a backup, and writes nothing that stays.

struct backup_verify_report {
    struct archive_about about;
    struct backup_check_facts database;
    struct archive_list list; // of its files; archive_list_clear()
    uint64_t size_bytes;      // of them
};

// Reads it, compares each file with its SHA-256 and checks the database. Errors of
// backup_source_read() and backup_check_database(); ERR_INVALID without a database.
ERR_CHECKED int backup_verify_read(
    const struct backup_source *source, struct backup_verify_report *out, struct err *err);

// `secureesp backup verify`.
extern const struct option_rule backup_verify_options[];
int backup_verify_run(const struct subcommand_call *call, struct err *err);

#endif
