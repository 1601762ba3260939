// Image files by their content.
#include "server/image/image_files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/log.h"
#include "server/pki/digest.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600
#define IMAGE_MAX ((size_t)16 * 1024 * 1024) // the largest flash that an ESP8266 addresses

struct place {
    char folder[PATH_MAX];
    char path[PATH_MAX];
};

static bool is_digest(const char *s)
{
    return strlen(s) == DIGEST_SHA256_TEXT_SIZE - 1 &&
           strspn(s, "0123456789abcdef") == DIGEST_SHA256_TEXT_SIZE - 1;
}

static int decide_place(const char *folder, const char *sha256, struct place *out, struct err *err)
{
    if (!is_digest(sha256))
        return err_set(err, ERR_INVALID, "\"%s\" is not a SHA-256", sha256);
    if ((size_t)snprintf(out->folder, sizeof out->folder, "%s/%.2s", folder, sha256) >=
            sizeof out->folder ||
        (size_t)snprintf(out->path, sizeof out->path, "%s/%.2s/%s", folder, sha256, sha256) >=
            sizeof out->path)
        return err_set(err, ERR_INVALID, "path too long: %s", folder);
    return 0;
}

static bool holds(const char *path, const char *sha256)
{
    char digest[DIGEST_SHA256_TEXT_SIZE];
    uint8_t *p;
    size_t n;

    if (file_read(path, IMAGE_MAX, &p, &n, NULL) < 0)
        return false;
    digest_sha256(p, n, digest);
    free(p);
    return strcmp(digest, sha256) == 0;
}

int image_files_put(
    const char *folder, const char *sha256, const uint8_t *p, size_t n, struct err *err)
{
    char digest[DIGEST_SHA256_TEXT_SIZE];
    struct place place;
    int rc = decide_place(folder, sha256, &place, err);

    if (rc < 0)
        return rc;
    if (n > IMAGE_MAX)
        return err_set(err, ERR_TOO_LARGE, "image of %zu bytes; at most %zu", n, IMAGE_MAX);
    digest_sha256(p, n, digest);
    if (strcmp(digest, sha256) != 0)
        return err_set(err, ERR_INVALID, "image is not what its SHA-256 %s says", sha256);
    if (holds(place.path, sha256))
        return 0;
    rc = file_make_folder(place.folder, FOLDER_MODE, err);
    if (rc < 0)
        return rc;
    rc = file_sync_folder_of(place.folder, err); // its name may be new
    if (rc < 0)
        return rc;
    return file_replace(place.path, p, n, FILE_MODE, err);
}

static int copy_image(
    const struct place *from, const char *sha256, const char *other, struct err *err)
{
    uint8_t *p;
    size_t n;
    int rc = file_read(from->path, IMAGE_MAX, &p, &n, err);

    if (rc < 0)
        return rc;
    rc = image_files_put(other, sha256, p, n, err);
    free(p);
    return rc;
}

int image_files_link(const char *folder, const char *sha256, const char *other, struct err *err)
{
    struct place from, to;
    int rc = decide_place(folder, sha256, &from, err);

    if (rc == 0)
        rc = decide_place(other, sha256, &to, err);
    if (rc == 0)
        rc = file_make_folder(to.folder, FOLDER_MODE, err);
    if (rc < 0 || link(from.path, to.path) == 0 || errno == EEXIST)
        return rc;
    return copy_image(&from, sha256, other, err);
}

int image_files_remove(const char *folder, const char *sha256, struct err *err)
{
    struct place place;
    int rc = decide_place(folder, sha256, &place, err);

    if (rc < 0)
        return rc;
    if (unlink(place.path) < 0 && errno != ENOENT)
        return err_set(err, ERR_IO, "cannot remove %s: %m", place.path);
    return 0;
}

int image_files_read(
    const char *folder, const char *sha256, uint8_t **out, size_t *size, struct err *err)
{
    struct place place;
    int rc = decide_place(folder, sha256, &place, err);

    return rc < 0 ? rc : file_read(place.path, IMAGE_MAX, out, size, err);
}

// Counts the images in a folder FOLDER/ab, and removes what has the name of none.
static size_t visit_folder(const char *path, bool remove)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    size_t count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        count += is_digest(entry->d_name);
        if (remove && (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN) &&
            !is_digest(entry->d_name) && unlinkat(dirfd(dir), entry->d_name, 0) == 0)
            log_info("image", "removed unfinished file=%s/%s", path, entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
    return count;
}

static size_t visit(const char *folder, bool remove)
{
    size_t count = 0;
    char path[PATH_MAX];
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strlen(entry->d_name) == 2 && strspn(entry->d_name, "0123456789abcdef") == 2 &&
            (size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < sizeof path)
            count += visit_folder(path, remove);
    }
    if (dir != NULL)
        closedir(dir);
    return count;
}

void image_files_sweep(const char *folder)
{
    visit(folder, true);
}

bool image_files_any(const char *folder)
{
    return visit(folder, false) > 0;
}
