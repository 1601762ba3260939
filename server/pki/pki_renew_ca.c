// The CA that is to sign, wherever its key is on this machine.
#include "server/pki/pki_renew_ca.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/own_folder.h"
#include "server/pki/issued.h"

static int place(char out[PATH_MAX], const char *folder, const char *name, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s/%s", folder, name);
    return 0;
}

// Whether the folder is another user's alone, where only he could do harm, who has the key.
static bool is_of_service(const char *folder)
{
    char above[PATH_MAX];
    struct stat st;

    if (geteuid() != 0 || stat(folder, &st) < 0 || st.st_uid == 0 || (st.st_mode & 0077) != 0 ||
        (size_t)snprintf(above, sizeof above, "%s", folder) >= sizeof above)
        return false;
    return own_folder_check(dirname(above), NULL) == 0;
}

static int open_ca(const char *folder, struct issuer **out, struct err *err)
{
    char certificate[PATH_MAX];
    char key[PATH_MAX];
    struct stat st;
    int rc = place(certificate, folder, "ca.crt", err);

    if (rc == 0)
        rc = place(key, folder, "ca.key", err);
    if (rc < 0)
        return rc;
    if (lstat(key, &st) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return err_set(err, ERR_NOT_FOUND, "%s is not there", key);
        return err_set(err, ERR_DENIED, "cannot look at %s: %m", key);
    }
    if (is_of_service(folder))
        rc = issuer_load(certificate, key, out, err);
    else
        rc = pki_folder_open(folder, out, err);
    return rc != ERR_NOT_FOUND ? rc : ERR_INVALID; // a key, but nothing to use it with
}

int pki_renew_ca_find(const struct pki_renew *renew, const struct certificate *certificate,
    struct issuer **out, const char **folder, struct err *err)
{
    int worst = ERR_NOT_FOUND;

    err_describe(err, ERR_NOT_FOUND, "the CA's key is not on this machine");
    for (size_t i = 0; i < renew->ca_count; i++) {
        struct err reason = {0};
        struct issuer *issuer = NULL;
        int rc = open_ca(renew->ca_folders[i], &issuer, &reason);

        if (rc == 0 && issuer_has_signed(issuer, certificate)) {
            *out = issuer;
            *folder = renew->ca_folders[i];
            if (err != NULL)
                *err = (struct err){0};
            return 0;
        }
        issuer_free(issuer);
        if (rc < 0 && rc != ERR_NOT_FOUND && worst == ERR_NOT_FOUND) {
            worst = rc;
            if (err != NULL)
                *err = reason;
        }
    }
    return worst;
}

int pki_renew_ca_record(const char *folder, struct certificate *certificate, struct err *err)
{
    char path[PATH_MAX];
    struct stat of_folder;
    struct stat of_file;
    int rc = place(path, folder, "issued.pem", err);

    if (rc == 0)
        rc = issued_add(folder, &certificate, 1, err);
    if (rc < 0 || geteuid() != 0 || stat(folder, &of_folder) < 0 || lstat(path, &of_file) < 0)
        return rc;
    if (of_file.st_uid != of_folder.st_uid && lchown(path, of_folder.st_uid, of_folder.st_gid) < 0)
        return err_set(err, ERR_IO, "cannot give %s to the owner of its folder: %m", path);
    return 0;
}
