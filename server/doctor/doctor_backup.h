#ifndef DOCTOR_BACKUP_H
#define DOCTOR_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "server/doctor/doctor.h"

// The backups that a timer makes.

// What is known of them, in ms since 1970.
struct doctor_backup_facts {
    int64_t newest_ms; // 0: there is none
    bool is_on;        // the timer
    int64_t since_ms;  // for how long that has been on; 0: not known
};

// Reads when the newest backup in a folder was written. False if it cannot be read; a folder that
// is not there has none.
bool doctor_backup_find(const char *folder, int64_t *newest_ms);

// Tells what these mean: with the timer on, none in eight days is too few. Without effects but the
// report.
void doctor_backup_judge(
    const struct doctor_backup_facts *facts, int64_t now_ms, struct doctor *doctor);

void doctor_backup_check(struct doctor *doctor);

#endif
