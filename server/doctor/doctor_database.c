// Damage in the database.
#include "server/doctor/doctor_database.h"

#include <stdint.h>
#include <stdio.h>

#include "server/store/store_check.h"

#define CHECK "database"
#define PATIENCE_S 5

void doctor_database_check(struct doctor *doctor)
{
    char path[DOCTOR_CONFIG_PATH_SIZE + 32];
    struct store_check_facts facts;
    struct err err = {0};
    int rc;

    snprintf(path, sizeof path, "%s/secureesp.db", doctor->config.state_dir);
    rc = store_check_whole(path, PATIENCE_S * INT64_C(1000), &facts, &err);
    if (rc == ERR_NOT_FOUND)
        return; // there is none before the daemon has run, which is told
    if (rc < 0)
        doctor_say(doctor, DOCTOR_WARN, CHECK, "run this as root",
            "whether it is damaged cannot be seen: %s", err.message);
    else if (!facts.is_whole)
        doctor_say(doctor, DOCTOR_FAIL, CHECK,
            "systemctl stop secureespd, move its folder away, and put the newest backup back: "
            "secureesp backup restore FILE",
            "%s is damaged: %s", path, facts.damage);
    else if (!facts.is_all)
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL,
            "no damage was found in %d s; `secureesp backup create` and `backup verify` read all "
            "of it",
            PATIENCE_S);
    else
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "no damage was found in it");
}
