// What of a backup is read on this machine.
#include "server/ctl/backup_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/archive/archive_file.h"
#include "server/base/tree.h"
#include "server/ctl/text.h"

#define DEVICES "pki/devices/"

struct walk {
    struct archive_writer *writer;
    const struct backup_local *local;
    const char **sent;  // the names of what the daemon sent, sorted
    const char *prefix; // of the members of the folder that is walked
    size_t files;
    struct err *err;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The daemon sends devices' certificates as devices/NAME, and the file here may be the same.
static bool was_sent(const struct walk *walk, const char *member)
{
    const char *name = member + strlen("pki/");

    return strncmp(member, DEVICES, sizeof DEVICES - 1) == 0 &&
           bsearch(&name, walk->sent, walk->local->sent->count, sizeof name, compare_names) != NULL;
}

// A file of the folder that is walked.
static int add_entry(const char *file, const char *below, void *ctx)
{
    struct walk *walk = ctx;
    char member[TAR_HEADER_NAME_SIZE];
    int n = snprintf(member, sizeof member, "%s%s", walk->prefix, below);

    if (n < 0 || (size_t)n >= sizeof member || !archive_list_is_name(member)) {
        text_line(stderr, "secureesp: left out: %s", file);
        return 0;
    }
    if (was_sent(walk, member))
        return 0;
    walk->files++;
    return archive_file_add(walk->writer, member, file, walk->err);
}

// The signer's folder need not be there, nor be the only one that has the CA's key.
static int add_keys(struct walk *walk, size_t place, struct err *err)
{
    const struct backup_paths_place *of = &backup_paths_places[place];
    int rc;

    walk->prefix = of->name;
    rc = tree_each_file(walk->local->paths->at[place], add_entry, walk, err);
    if (rc == ERR_DENIED)
        return err_context(err, "--keys takes root");
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int add_file(struct walk *walk, size_t place, struct err *err)
{
    const char *path = walk->local->paths->at[place];
    int rc = archive_file_add(walk->writer, backup_paths_places[place].name, path, err);

    if (rc == ERR_DENIED)
        text_line(stderr, "secureesp: left out, it may not be read: %s", path);
    return rc == ERR_DENIED || rc == ERR_NOT_FOUND ? 0 : rc;
}

static int add_all(struct walk *walk, struct err *err)
{
    bool with_keys = walk->local->with_keys;
    int rc = 0;

    for (size_t i = 0; i < BACKUP_PATHS_COUNT && rc == 0; i++) {
        const struct backup_paths_place *place = &backup_paths_places[i];

        if (place->is_daemons)
            continue;
        if (place->is_of_keys)
            rc = with_keys ? add_keys(walk, i, err) : 0;
        else
            rc = add_file(walk, i, err);
    }
    if (rc == 0 && with_keys && walk->files == 0)
        rc = err_set(err, ERR_NOT_FOUND, "--keys: there are none on this machine");
    return rc;
}

int backup_local_add(
    struct archive_writer *writer, const struct backup_local *local, struct err *err)
{
    struct walk walk = {.writer = writer, .local = local, .err = err};
    int rc;

    walk.sent = calloc(local->sent->count + 1, sizeof *walk.sent);
    if (walk.sent == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the list of files");
    for (size_t i = 0; i < local->sent->count; i++)
        walk.sent[i] = local->sent->members[i].name;
    qsort(walk.sent, local->sent->count, sizeof *walk.sent, compare_names);
    rc = add_all(&walk, err);
    free(walk.sent);
    return rc;
}
