// The files of log-ins.
#include "server/ctl/server_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/own_folder.h"

#define FILE_MAX 4096
#define FOLDER_MODE 0700
#define FILE_MODE 0600

static int join(
    const struct server_store *store, const char *rest, char out[PATH_MAX], struct err *err)
{
    if (store->folder[0] == '\0')
        return err_set(
            err, ERR_NOT_FOUND, "neither HOME nor XDG_CONFIG_HOME says where log-ins are kept");
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", store->folder, rest) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", store->folder);
    return 0;
}

// The name goes into a path, so that it is looked at here, wherever it comes from.
static int path_of(
    const struct server_store *store, const char *name, char out[PATH_MAX], struct err *err)
{
    char rest[SERVER_NAME_SIZE + 16];

    if (!server_url_is_name(name))
        return err_set(err, ERR_INVALID,
            "\"%.64s\" is no name of a server: letters, digits, '.', '_' and '-'", name);
    snprintf(rest, sizeof rest, "servers/%s", name);
    return join(store, rest, out, err);
}

void server_store_find(struct server_store *out)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    size_t n = 0;

    out->folder[0] = '\0';
    if (config != NULL && config[0] == '/') // else it is passed over, as its specification says
        n = (size_t)snprintf(out->folder, sizeof out->folder, "%s/secureesp", config);
    else if (home != NULL && home[0] == '/')
        n = (size_t)snprintf(out->folder, sizeof out->folder, "%s/.config/secureesp", home);
    if (n >= sizeof out->folder)
        out->folder[0] = '\0';
}

// ERR_NOT_FOUND if it is not there.
static int check_folder(const struct server_store *store, struct err *err)
{
    char path[PATH_MAX];
    int rc = join(store, "servers", path, err);

    return rc < 0 ? rc : own_folder_check(path, err);
}

static int check_file(const char *path, const struct stat *st, struct err *err)
{
    if (!S_ISREG(st->st_mode))
        return err_set(err, ERR_DENIED, "%s is not a regular file; remove it", path);
    if (st->st_uid != geteuid())
        return err_set(err, ERR_DENIED, "%s belongs to another user (%u); remove it, and log in",
            path, (unsigned)st->st_uid);
    if ((st->st_mode & 077) != 0)
        return err_set(err, ERR_DENIED,
            "others may read %s (mode %04o), and what is in it lets them in: chmod 600 it, and if "
            "anybody has read it, log out and in again",
            path, (unsigned)st->st_mode & 07777);
    return 0;
}

// Up to FILE_MAX bytes, of which *n come; more is damage. The caller wipes them.
static int read_file(const char *path, char out[FILE_MAX], size_t *n, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int rc = 0;
    ssize_t got = 0;

    if (fd < 0)
        return errno == ENOENT ? err_set(err, ERR_NOT_FOUND, "no %s", path)
                               : err_set(err, ERR_DENIED, "cannot open %s: %m", path);
    if (fstat(fd, &st) < 0)
        rc = err_set(err, ERR_IO, "cannot look at %s: %m", path);
    if (rc == 0)
        rc = check_file(path, &st, err);
    *n = 0;
    while (rc == 0 && (got = read(fd, out + *n, FILE_MAX - *n)) > 0)
        *n += (size_t)got;
    if (rc == 0 && got < 0)
        rc = err_set(err, ERR_IO, "cannot read %s: %m", path);
    if (rc == 0 && *n == FILE_MAX)
        rc = err_set(err, ERR_INVALID, "%s is too large", path);
    close(fd);
    return rc;
}

int server_store_load(
    const struct server_store *store, const char *name, struct server_record *out, struct err *err)
{
    char path[PATH_MAX];
    char text[FILE_MAX];
    size_t n = 0;
    int rc = path_of(store, name, path, err);

    if (rc == 0)
        rc = check_folder(store, err);
    if (rc == 0)
        rc = read_file(path, text, &n, err);
    if (rc == ERR_NOT_FOUND)
        return err_set(err, rc, "no log-in at a server called %s; `secureesp servers list`", name);
    if (rc < 0)
        return rc;
    rc = server_record_decode(text, n, out, err);
    explicit_bzero(text, sizeof text);
    if (rc < 0)
        err_context(err, "%s", path);
    return rc;
}

static int make_folder(const struct server_store *store, struct err *err)
{
    char path[PATH_MAX];
    int rc = join(store, "servers", path, err);

    if (rc == 0)
        rc = file_make_folder(path, FOLDER_MODE, err);
    return rc < 0 ? rc : own_folder_check(path, err);
}

int server_store_save(const struct server_store *store, const char *name,
    const struct server_record *record, struct err *err)
{
    char path[PATH_MAX];
    char *text = NULL;
    size_t n = 0;
    int rc = path_of(store, name, path, err);

    if (rc == 0)
        rc = make_folder(store, err);
    if (rc == 0)
        rc = server_record_encode(record, &text, &n, err);
    if (rc < 0)
        return rc;
    file_sweep(path);
    rc = file_replace(path, (const uint8_t *)text, n, FILE_MODE, err);
    if (text != NULL)
        explicit_bzero(text, n);
    free(text);
    return rc;
}

static int unlink_durably(const char *path, struct err *err)
{
    if (unlink(path) < 0)
        return errno == ENOENT ? err_set(err, ERR_NOT_FOUND, "no %s", path)
                               : err_set(err, ERR_IO, "cannot remove %s: %m", path);
    return file_sync_folder_of(path, err);
}

int server_store_remove(const struct server_store *store, const char *name, struct err *err)
{
    char path[PATH_MAX];
    char usual[SERVER_NAME_SIZE];
    int rc = path_of(store, name, path, err);

    if (rc < 0)
        return rc;
    if (server_store_usual(store, usual, NULL) == 0 && strcmp(usual, name) == 0)
        rc = server_store_use(store, NULL, err);
    if (rc == 0)
        rc = unlink_durably(path, err);
    if (rc == ERR_NOT_FOUND)
        return err_set(err, rc, "no log-in at a server called %s; `secureesp servers list`", name);
    file_sweep(path);
    return rc;
}

static int is_entry(const struct dirent *entry)
{
    return server_url_is_name(entry->d_name);
}

int server_store_list(const struct server_store *store, char ***out, size_t *count, struct err *err)
{
    char path[PATH_MAX];
    struct dirent **entries = NULL;
    int rc = join(store, "servers", path, err);
    int n = rc < 0 ? 0 : scandir(path, &entries, is_entry, alphasort);

    *out = NULL;
    *count = 0;
    if (rc < 0)
        return rc;
    if (n < 0)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot read folder %s: %m", path);

    char **names = calloc((size_t)n + 1, sizeof *names);

    for (int i = 0; i < n; i++) {
        if (names != NULL && (names[i] = strdup(entries[i]->d_name)) == NULL)
            rc = ERR_NO_MEMORY;
        free(entries[i]);
    }
    free(entries);
    if (names == NULL || rc < 0) {
        server_store_free_list(names, (size_t)n);
        return err_set(err, ERR_NO_MEMORY, "no memory for the servers' names");
    }
    *out = names;
    *count = (size_t)n;
    return 0;
}

void server_store_free_list(char **names, size_t count)
{
    for (size_t i = 0; names != NULL && i < count; i++)
        free(names[i]);
    free(names);
}

// Looks at one more, which may be at that address, as another may have been.
static int match(const struct server_store *store, const char *name, const char *url,
    char found[SERVER_NAME_SIZE], struct err *err)
{
    struct server_record record;
    int rc = server_store_load(store, name, &record, err);

    if (rc < 0)
        return rc;

    bool is_it = strcmp(record.url, url) == 0;

    explicit_bzero(&record, sizeof record);
    if (is_it && found[0] != '\0')
        return err_set(err, ERR_CONFLICT,
            "there are several log-ins at %s, as %s and %s: give the name", url, found, name);
    if (is_it)
        snprintf(found, SERVER_NAME_SIZE, "%s", name);
    return 0;
}

int server_store_find_url(
    const struct server_store *store, const char *url, char out[SERVER_NAME_SIZE], struct err *err)
{
    char **names;
    size_t count;
    char found[SERVER_NAME_SIZE] = "";
    struct err unread = {0};
    int rc = server_store_list(store, &names, &count, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct err one = {0};

        if (match(store, names[i], url, found, &one) == ERR_CONFLICT)
            rc = err_set(err, ERR_CONFLICT, "%s", one.message);
        else if (one.code < 0 && unread.code == 0)
            unread = one;
    }
    server_store_free_list(names, count);
    if (rc == 0 && found[0] == '\0')
        rc = unread.code < 0 ? err_set(err, unread.code, "%s", unread.message)
                             : err_set(err, ERR_NOT_FOUND,
                                   "no log-in at %s: secureesp --server %s login", url, url);
    if (rc == 0)
        snprintf(out, SERVER_NAME_SIZE, "%s", found);
    return rc;
}

void server_store_find_pin(
    const struct server_store *store, const char *url, char out[KEY_PIN_SIZE])
{
    char **names;
    size_t count;
    struct server_record record = {0};

    out[0] = '\0';
    if (server_store_list(store, &names, &count, NULL) < 0)
        return;
    for (size_t i = 0; i < count && out[0] == '\0'; i++) {
        if (server_store_load(store, names[i], &record, NULL) == 0 && strcmp(record.url, url) == 0)
            memcpy(out, record.pin, KEY_PIN_SIZE);
    }
    explicit_bzero(&record, sizeof record);
    server_store_free_list(names, count);
}

static int read_usual(const char *path, char out[SERVER_NAME_SIZE], struct err *err)
{
    char text[FILE_MAX];
    size_t n = 0;
    int rc = read_file(path, text, &n, err);

    if (rc < 0)
        return rc;
    if (n > 0 && text[n - 1] == '\n')
        n--;
    snprintf(out, SERVER_NAME_SIZE, "%.*s", (int)n, text);
    if (n >= SERVER_NAME_SIZE || strlen(out) != n || !server_url_is_name(out))
        return err_set(err, ERR_INVALID, "%s names no server; `secureesp servers use`", path);
    return 0;
}

int server_store_usual(
    const struct server_store *store, char out[SERVER_NAME_SIZE], struct err *err)
{
    char path[PATH_MAX];
    int rc = join(store, "usual", path, err);

    if (rc < 0)
        return rc;
    out[0] = '\0';
    if (access(path, F_OK) < 0 && errno == ENOENT)
        return 0;
    rc = own_folder_check(store->folder, err);
    return rc < 0 ? rc : read_usual(path, out, err);
}

int server_store_use(const struct server_store *store, const char *name, struct err *err)
{
    char path[PATH_MAX];
    char text[SERVER_NAME_SIZE + 1];
    struct server_record record;
    int rc = join(store, "usual", path, err);

    if (rc < 0)
        return rc;
    if (name == NULL) {
        rc = unlink_durably(path, err);
        return rc == ERR_NOT_FOUND ? 0 : rc;
    }
    rc = server_store_load(store, name, &record, err);
    if (rc < 0)
        return rc;
    explicit_bzero(&record, sizeof record);
    snprintf(text, sizeof text, "%s\n", name);
    file_sweep(path);
    return file_replace(path, (const uint8_t *)text, strlen(text), FILE_MODE, err);
}
