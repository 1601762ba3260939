// Where what a backup holds belongs.
#include "server/ctl/backup_paths.h"

#include <stdio.h>
#include <string.h>

// The state is put back last: where it is, all is.
const struct backup_paths_place backup_paths_places[BACKUP_PATHS_COUNT] = {
    {BACKUP_PATHS_FILE, "etc/secureesp.conf", "config", "/etc/secureesp/secureesp.conf", 1, 0, 0},
    {BACKUP_PATHS_FILE, "etc/signer.conf", NULL, "/etc/secureesp/signer.conf", 0, 0, 0},
    {BACKUP_PATHS_FILE, "broker/secureesp.conf", NULL, "/etc/mosquitto/conf.d/secureesp.conf", 0, 0,
        0},
    {BACKUP_PATHS_FOLDER, "pki/", "pki", "/etc/secureesp/pki", 0, 1, 0},
    {BACKUP_PATHS_FOLDER, "signer/", NULL, "/var/lib/secureesp-signer", 0, 1, 1},
    {BACKUP_PATHS_EXTRA, "devices/", "pki", "/etc/secureesp/pki", 1, 0, 0},
    {BACKUP_PATHS_FOLDER, "state/", "state", "/var/lib/secureesp", 1, 0, 1},
};

int backup_paths_fill(const struct options *options, struct backup_paths *out, struct err *err)
{
    const char *root = options_has(options, "root") ? options_value(options, "root") : "";

    for (size_t i = 0; i < BACKUP_PATHS_COUNT; i++) {
        const struct backup_paths_place *place = &backup_paths_places[i];
        const char *given = place->option != NULL ? options_value(options, place->option) : NULL;
        const char *tail = place->kind == BACKUP_PATHS_EXTRA ? "/devices" : "";
        int n = snprintf(out->at[i], PATH_MAX, "%s%s%s", given != NULL ? "" : root,
            given != NULL ? given : place->path, tail);

        if (n < 0 || n >= PATH_MAX)
            return err_set(err, ERR_INVALID, "path too long: %s", place->path);
    }
    return 0;
}

int backup_paths_find(const char *member, const char **rest)
{
    for (int i = 0; i < BACKUP_PATHS_COUNT; i++) {
        const char *name = backup_paths_places[i].name;
        size_t n = strlen(name);
        bool is_whole = backup_paths_places[i].kind == BACKUP_PATHS_FILE;

        if (strncmp(member, name, n) != 0 || (is_whole && member[n] != '\0'))
            continue;
        *rest = member + n;
        return i;
    }
    return -1;
}
