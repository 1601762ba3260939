// Finds the devices to run.
#include "firmware/port/host/fleet.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct fleet *fleet, char *folder, const char *mac)
{
    struct fleet_member *member = &fleet->members[fleet->count];

    if (folder == NULL)
        return -1;
    memcpy(member->mac, mac, MAC_LENGTH);
    member->folder = folder;
    fleet->count++;
    return 0;
}

int fleet_single(struct fleet *fleet, const char *folder, const char *mac)
{
    memset(fleet, 0, sizeof *fleet);
    fleet->members = calloc(1, sizeof *fleet->members);
    if (fleet->members == NULL)
        return -1;
    return add(fleet, strdup(folder), mac);
}

static int is_device(const struct dirent *entry)
{
    return mac_is_valid(entry->d_name, strlen(entry->d_name)) ? 1 : 0;
}

static char *join(const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

int fleet_find(struct fleet *fleet, const char *folder, const char *first, size_t count)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_device, alphasort);
    int rc = n < 0 ? -1 : 0;

    memset(fleet, 0, sizeof *fleet);
    if (n > 0)
        fleet->members = calloc((size_t)n, sizeof *fleet->members);
    if (n > 0 && fleet->members == NULL)
        rc = -1;
    for (int i = 0; i < n; i++) {
        const char *mac = entries[i]->d_name;

        if (rc == 0 && fleet->count < count && strcmp(mac, first) >= 0)
            rc = add(fleet, join(folder, mac), mac);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

void fleet_clear(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        free(fleet->members[i].folder);
    free(fleet->members);
    memset(fleet, 0, sizeof *fleet);
}
