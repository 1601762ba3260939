// What a machine was before.
#include "server/setup/setup_past.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/base/ini_text.h"
#include "server/base/text_file.h"
#include "server/store/store_check.h"

#define FILE_MAX (1 << 20)
#define STATE_DEFAULT "/var/lib/secureesp"

#define TO_DO                                                                                      \
    ", and its devices trust no new CA: put the folder of the CA back as " SETUP_PKI               \
    " and run this again (if the CA is on another machine: with --ca-elsewhere). Where that CA "   \
    "is "                                                                                          \
    "lost, --new-ca makes another, and each device has to be given new files by hand"

void setup_past_place(const char *config, char *out, size_t size)
{
    char folder[PATH_MAX];

    if (config == NULL || !ini_text_get(config, "daemon", "state_dir", folder, sizeof folder))
        snprintf(folder, sizeof folder, "%s", STATE_DEFAULT);
    snprintf(out, size, "%s/secureesp.db", folder);
}

int setup_past_judge(const char *database, struct err *err)
{
    bool has_fleet;
    int rc = store_check_fleet(database, &has_fleet, err);

    if (rc == ERR_NOT_FOUND)
        return 0;
    if (rc < 0)
        return err_context(err, "whether there is a fleet, which would trust no new CA, cannot be "
                                "seen (--new-ca makes one nevertheless)");
    return has_fleet ? err_set(err, ERR_CONFLICT, "%s is the database of a fleet" TO_DO, database)
                     : 0;
}

int setup_past_allows_ca(const struct setup *setup, struct err *err)
{
    char database[PATH_MAX + 16];
    char *config = NULL;
    int rc;

    if (setup->begins_anew)
        return 0;
    if (setup->is_restored)
        return err_set(err, ERR_CONFLICT, "the backup that is put back here is without keys" TO_DO);
    rc = text_file_read(SETUP_CONFIG, FILE_MAX, &config, err);
    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    setup_past_place(config, database, sizeof database);
    free(config);
    return setup_past_judge(database, err);
}
