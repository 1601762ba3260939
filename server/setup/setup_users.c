// Whose everything is.
#include "server/setup/setup_users.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/program.h"

#define USER_DAEMON "secureesp"
#define USER_SIGNER "secureesp-signer"
#define USER_BROKER "mosquitto"
#define KEY_MODE 0600

// ERR_NOT_FOUND if there is no such user.
static int find_user(const char *name, uid_t *out, struct err *err)
{
    char text[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    int number = getpwnam_r(name, &entry, text, sizeof text, &found);

    if (number != 0) {
        errno = number;
        return err_set(err, ERR_IO, "cannot look for the user %s: %m", name);
    }
    if (found == NULL)
        return err_set(err, ERR_NOT_FOUND, "there is no user %s", name);
    *out = entry.pw_uid;
    return 0;
}

int setup_users_look(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    static const char *const ours[] = {USER_DAEMON, USER_SIGNER};
    uid_t uid;
    int rc = find_user(USER_BROKER, &uid, err);

    (void)setup;
    if (rc == ERR_NOT_FOUND)
        return err_set(err, rc,
            "there is no user " USER_BROKER ": install the broker first (apt install mosquitto)");
    for (size_t i = 0; rc == 0 && i < sizeof ours / sizeof ours[0]; i++) {
        rc = find_user(ours[i], &uid, err);
        if (rc == ERR_NOT_FOUND)
            return setup_find(finding, SETUP_CREATED, "user %s, by systemd-sysusers", ours[i]);
    }
    return rc < 0 ? rc
                  : setup_find(finding, SETUP_KEPT,
                        "users " USER_DAEMON ", " USER_SIGNER " and " USER_BROKER);
}

int setup_users_make(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    static const char *const argv[] = {"systemd-sysusers", "secureesp.conf", NULL};
    struct program_result result;
    uid_t uid;
    int rc = program_must(argv, &result, err);

    (void)setup;
    (void)finding;
    if (rc == 0)
        rc = find_user(USER_DAEMON, &uid, err);
    return rc == 0 ? find_user(USER_SIGNER, &uid, err) : rc;
}

// Daemon and broker pass through to their one file.
static const struct folder {
    const char *path;
    mode_t mode;
} folders[] = {
    {SETUP_ETC, 0755}, {SETUP_PKI, 0711}, {SETUP_SERVERS, 0711}, {SETUP_PKI "/devices", 0755}};

#define FOLDERS (sizeof folders / sizeof folders[0])

int setup_users_look_folders(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)setup;
    for (size_t i = 0; i < FOLDERS; i++) {
        struct stat st;

        if (stat(folders[i].path, &st) < 0)
            return setup_find(finding, SETUP_CREATED, "folder %s", folders[i].path);
        if (!S_ISDIR(st.st_mode))
            return err_set(err, ERR_CONFLICT, "%s is not a folder", folders[i].path);
        if ((st.st_mode & S_IXOTH) == 0)
            return setup_find(finding, SETUP_CHANGED,
                "folder %s, through which daemon and broker must come", folders[i].path);
    }
    return setup_find(finding, SETUP_KEPT, "folders of " SETUP_PKI);
}

int setup_users_make_folders(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)setup;
    (void)finding;
    for (size_t i = 0; i < FOLDERS; i++) {
        struct stat st;
        int rc = file_make_folder(folders[i].path, folders[i].mode, err);

        if (rc < 0)
            return rc;
        if (stat(folders[i].path, &st) < 0 ||
            ((st.st_mode & S_IXOTH) == 0 && chmod(folders[i].path, folders[i].mode) < 0))
            return err_set(err, ERR_IO, "cannot open %s to others: %m", folders[i].path);
    }
    return 0;
}

static const struct key {
    const char *path;
    const char *user;
} keys[] = {
    {SETUP_SERVERS "/secureespd.key", USER_DAEMON}, {SETUP_SERVERS "/mosquitto.key", USER_BROKER}};

#define KEYS (sizeof keys / sizeof keys[0])

int setup_users_look_keys(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    for (size_t i = 0; i < KEYS; i++) {
        struct stat st;
        uid_t uid;

        bool is_missing = lstat(keys[i].path, &st) < 0;

        if (is_missing && !setup->is_dry) // it would be there by then
            return err_set(err, ERR_NOT_FOUND, "%s: %m", keys[i].path);
        if (is_missing || find_user(keys[i].user, &uid, err) < 0)
            return setup_find(
                finding, SETUP_CHANGED, "%s: it is %s's, mode 0600", keys[i].path, keys[i].user);
        if (st.st_uid != uid || (st.st_mode & 07777) != KEY_MODE)
            return setup_find(
                finding, SETUP_CHANGED, "%s: it is %s's, mode 0600", keys[i].path, keys[i].user);
    }
    return setup_find(finding, SETUP_KEPT, "owners and modes of both keys");
}

static int give(const struct key *key, struct err *err)
{
    uid_t uid;
    int rc = find_user(key->user, &uid, err);

    if (rc < 0)
        return rc;

    int fd = open(key->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, ERR_IO, "%s: %m", key->path);
    // The mode first: nobody gets more than he is to have, on the way either.
    if (fchmod(fd, KEY_MODE) < 0 || fchown(fd, uid, (gid_t)-1) < 0)
        rc = err_set(err, ERR_IO, "cannot give %s to %s: %m", key->path, key->user);
    close(fd);
    return rc;
}

int setup_users_give_keys(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    int rc = 0;

    (void)setup;
    setup_find(finding, SETUP_CHANGED,
        "owners and modes of both keys: " USER_DAEMON " and " USER_BROKER ", 0600");
    for (size_t i = 0; i < KEYS && rc == 0; i++)
        rc = give(&keys[i], err);
    return rc;
}
