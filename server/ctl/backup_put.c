// Writes the files of a backup.
#include "server/ctl/backup_put.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/archive/archive_list.h"
#include "server/base/file.h"

#define TEMPORARY ".restore"

// Folders that others pass through, or read; every other is its owner's alone.
static mode_t mode_of_folder(const char *member)
{
    static const struct {
        const char *name;
        mode_t mode;
    } rows[] = {{"pki", 0711}, {"pki/servers", 0711}, {"pki/devices", 0755}, {"devices", 0755},
        {"state", 0711}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, member) == 0)
            return rows[i].mode;
    }
    return 0700;
}

static bool is_own_folder(size_t place)
{
    return backup_paths_places[place].kind == BACKUP_PATHS_FOLDER;
}

void backup_put_stage(const struct backup_put *put, size_t place, char out[PATH_MAX])
{
    out[0] = '\0';
    if (is_own_folder(place))
        snprintf(out, PATH_MAX, "%.*s" BACKUP_PUT_STAGE, PATH_MAX - (int)sizeof BACKUP_PUT_STAGE,
            put->paths->at[place]);
}

static int place_of(const char *name)
{
    const char *rest;

    return backup_paths_find(name, &rest);
}

// Certificates of devices are put together with the folder of the CA, if that is in the backup.
static int find_base(struct backup_put *put, const char *member, char out[PATH_MAX])
{
    int pki = place_of("pki/x");

    if (backup_paths_places[put->place].kind == BACKUP_PATHS_EXTRA && put->is_wanted[pki]) {
        backup_put_stage(put, (size_t)pki, out);
        size_t n = strlen(out);

        return snprintf(out + n, PATH_MAX - n, "/%s", member) < (int)(PATH_MAX - n) ? 0 : -1;
    }
    backup_put_stage(put, (size_t)put->place, out);
    if (out[0] == '\0')
        snprintf(out, PATH_MAX, "%s", put->paths->at[put->place]);

    const char *rest = "";
    size_t n = strlen(out);

    (void)backup_paths_find(member, &rest);
    if (rest[0] == '\0')
        return 0;
    return snprintf(out + n, PATH_MAX - n, "/%s", rest) < (int)(PATH_MAX - n) ? 0 : -1;
}

// Makes the folders of a member, from its name's first part on; path ends as the member does.
static int make_folders(const char *path, const char *member, struct err *err)
{
    size_t begin = strlen(path);
    char folder[PATH_MAX];
    char part[TAR_HEADER_NAME_SIZE];

    for (const char *p = strchr(member, '/'); p != NULL; p = strchr(p + 1, '/')) {
        size_t below = strlen(p);

        if (below >= begin)
            continue;
        snprintf(folder, sizeof folder, "%.*s", (int)(begin - below), path);
        snprintf(part, sizeof part, "%.*s", (int)(p - member), member);
        if (mkdir(folder, mode_of_folder(part)) == 0 &&
            chmod(folder, mode_of_folder(part)) < 0) // whatever the umask
            return err_set(err, ERR_IO, "cannot make folder %s: %m", folder);
        if (access(folder, F_OK) < 0)
            return err_set(err, ERR_IO, "cannot make folder %s: %m", folder);
    }
    return 0;
}

static int find_owner(const struct tar_header *header, struct tree_owner *out, struct err *err)
{
    // NOLINTBEGIN(concurrency-mt-unsafe): one thread
    const struct passwd *user = getpwnam(header->owner);
    const struct group *group = getgrnam(header->group);
    // NOLINTEND(concurrency-mt-unsafe)

    if (user == NULL)
        return err_set(err, ERR_NOT_FOUND,
            "%s belongs to the user \"%s\", whom this machine does not know: install secureesp and "
            "the broker first",
            header->name, header->owner);
    *out = (struct tree_owner){user->pw_uid, group != NULL ? group->gr_gid : user->pw_gid};
    return 0;
}

static int give_owner(struct backup_put *put, const struct tar_header *header, struct err *err)
{
    struct tree_owner owner;
    int rc;

    if (geteuid() != 0 || header->owner[0] == '\0')
        return 0;
    rc = find_owner(header, &owner, err);
    if (rc < 0)
        return rc;
    if (!put->has_owner[put->place]) {
        put->has_owner[put->place] = true;
        put->owner[put->place] = owner;
    }
    return fchown(put->fd, owner.user, owner.group) < 0
               ? err_set(err, ERR_IO, "cannot change the owner of %s: %m", put->path)
               : 0;
}

static int open_file(struct backup_put *put, const struct tar_header *header, struct err *err)
{
    put->fd = open(put->path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (put->fd < 0)
        return err_set(err, ERR_IO, "cannot create %s: %m", put->path);

    int rc = give_owner(put, header, err);

    if (rc == 0 && fchmod(put->fd, header->mode) < 0)
        rc = err_set(err, ERR_IO, "cannot change the mode of %s: %m", put->path);
    return rc;
}

int backup_put_begin(struct backup_put *put, const struct tar_header *header, struct err *err)
{
    int rc;

    put->place = place_of(header->name);
    put->fd = -1;
    put->target[0] = '\0';
    if (put->place < 0)
        return 0; // of a later version
    if (find_base(put, header->name, put->path) < 0)
        return err_set(err, ERR_INVALID, "path too long: %s", header->name);

    bool is_staged = is_own_folder((size_t)put->place) ||
                     (backup_paths_places[put->place].kind == BACKUP_PATHS_EXTRA &&
                         put->is_wanted[place_of("pki/x")]);

    if (is_staged) {
        rc = make_folders(put->path, header->name, err);
        return rc < 0 ? rc : open_file(put, header, err);
    }
    memcpy(put->target, put->path, sizeof put->target);

    size_t n = strlen(put->path);

    if (n + sizeof TEMPORARY > sizeof put->path)
        return err_set(err, ERR_INVALID, "path too long: %s", put->path);
    memcpy(put->path + n, TEMPORARY, sizeof TEMPORARY);

    char folder[PATH_MAX];

    memcpy(folder, put->path, sizeof folder);
    rc = file_make_folder(dirname(folder), 0755, err);
    return rc < 0 ? rc : open_file(put, header, err);
}

int backup_put_add(struct backup_put *put, const void *p, size_t n, struct err *err)
{
    if (put->fd >= 0 && file_write_all(put->fd, p, n) < 0)
        return err_set(err, ERR_IO, "cannot write %s: %m", put->path);
    return 0;
}

// A file that is there already as it was stays, and one that is another keeps a name. Of devices'
// certificates, those that are there are the later ones.
static int name_file(struct backup_put *put, struct err *err)
{
    char old[PATH_MAX];
    bool is_there = access(put->target, F_OK) == 0;
    bool is_extra = backup_paths_places[put->place].kind == BACKUP_PATHS_EXTRA;

    if (is_there && (is_extra || tree_is_same_file(put->path, put->target)))
        return unlink(put->path) < 0 ? err_set(err, ERR_IO, "cannot remove %s: %m", put->path) : 0;
    if (snprintf(old, sizeof old, "%s" BACKUP_PUT_OLD, put->target) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", put->target);
    if (is_there && (unlink(old) == 0 || errno == ENOENT) && link(put->target, old) < 0)
        return err_set(err, ERR_IO, "cannot keep %s: %m", put->target);
    if (rename(put->path, put->target) < 0)
        return err_set(err, ERR_IO, "cannot write %s: %m", put->target);
    return file_sync_folder_of(put->target, err);
}

int backup_put_end(struct backup_put *put, struct err *err)
{
    int rc = 0;

    if (put->fd < 0)
        return 0;
    put->files++;
    if (put->target[0] != '\0' && fsync(put->fd) < 0)
        rc = err_set(err, ERR_IO, "cannot write %s: %m", put->path);
    if (close(put->fd) < 0 && rc == 0)
        rc = err_set(err, ERR_IO, "cannot write %s: %m", put->path);
    put->fd = -1;
    return rc == 0 && put->target[0] != '\0' ? name_file(put, err) : rc;
}
