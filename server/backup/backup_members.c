// The files of a backup that the daemon can read.
#include "server/backup/backup_members.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/archive/archive_file.h"
#include "server/backup/backup_stage.h"
#include "server/base/log.h"
#include "server/base/tree.h"
#include "server/pki/key_vault.h"

#define CERTIFICATE ".crt"

// Adds FOLDER/NAME as PREFIX/NAME.
static int add(struct archive_writer *writer, const char *prefix, const char *folder,
    const char *name, struct err *err)
{
    char member[TAR_HEADER_NAME_SIZE];
    char path[PATH_MAX];

    if ((size_t)snprintf(member, sizeof member, "%s/%s", prefix, name) >= sizeof member ||
        (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return err_set(err, ERR_INVALID, "a backup cannot hold so long a name: %s", name);
    return archive_file_add(writer, member, path, err);
}

struct images {
    struct archive_writer *writer;
    struct err *err;
};

static int add_image(const char *file, const char *below, void *ctx)
{
    const struct images *images = ctx;
    char member[TAR_HEADER_NAME_SIZE];

    if ((size_t)snprintf(member, sizeof member, "state/images/%s", below) >= sizeof member)
        return err_set(images->err, ERR_INVALID, "a backup cannot hold so long a name: %s", below);
    return archive_file_add(images->writer, member, file, images->err);
}

// As FOLDER/ab/abcdef...
static int add_images(struct archive_writer *writer, const char *stage, struct err *err)
{
    struct images images = {writer, err};
    char folder[PATH_MAX];

    if ((size_t)snprintf(folder, sizeof folder, "%s/images", stage) >= sizeof folder)
        return err_set(err, ERR_INVALID, "path too long: %s", stage);
    if (access(folder, F_OK) < 0) // there is none
        return 0;
    return tree_each_file(folder, add_image, &images, err);
}

static bool is_certificate(const char *name)
{
    size_t n = strlen(name);

    return n > sizeof CERTIFICATE - 1 && archive_list_is_name(name) &&
           strcmp(name + n - (sizeof CERTIFICATE - 1), CERTIFICATE) == 0;
}

static int add_certificate(
    struct archive_writer *writer, const char *folder, const char *name, struct err *err)
{
    struct err own = {0};
    int rc = add(writer, "devices", folder, name, &own);

    if (rc == ERR_DENIED || rc == ERR_NOT_FOUND) {
        log_warning("backup", "certificate left out error=\"%s\"", own.message);
        return 0;
    }
    return rc < 0 ? err_set(err, rc, "%s", own.message) : 0;
}

static int add_certificates(struct archive_writer *writer, const char *folder, struct err *err)
{
    const struct dirent *entry;
    DIR *dir = opendir(folder);
    int rc = 0;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
    while (dir != NULL && rc == 0 && (entry = readdir(dir)) != NULL) {
        if (is_certificate(entry->d_name))
            rc = add_certificate(writer, folder, entry->d_name, err);
    }
    if (dir != NULL)
        closedir(dir);
    return rc;
}

int backup_members_add(struct archive_writer *writer, const struct backup_places *places,
    const char *stage, struct err *err)
{
    int rc = archive_file_add(writer, "etc/secureesp.conf", places->config, err);

    if (rc == 0)
        rc = add(writer, "state", places->state_dir, KEY_VAULT_FILE, err);
    if (rc == 0)
        rc = add(writer, "state", stage, BACKUP_STAGE_DATABASE, err);
    if (rc == 0)
        rc = add_images(writer, stage, err);
    return rc < 0 ? rc : add_certificates(writer, places->devices_dir, err);
}
