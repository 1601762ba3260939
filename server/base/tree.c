// Folders with all that is in them.
#include "server/base/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

static FTS *open_tree(const char *path)
{
    char *const paths[] = {(char *)(uintptr_t)path, NULL};

    return fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
}

bool tree_has_files(const char *path)
{
    FTS *tree = open_tree(path);
    const FTSENT *entry;
    bool has = false;

    while (tree != NULL && !has && (entry = fts_read(tree)) != NULL) {
        bool is_missing = entry->fts_info == FTS_NS && entry->fts_level == FTS_ROOTLEVEL;

        has = entry->fts_info != FTS_D && entry->fts_info != FTS_DP && !is_missing;
    }
    if (tree != NULL)
        fts_close(tree);
    return has;
}

static int remove_entry(const FTSENT *entry, struct err *err)
{
    bool is_folder = entry->fts_info == FTS_DP;

    if (entry->fts_info == FTS_D || (entry->fts_info == FTS_NS && entry->fts_errno == ENOENT))
        return 0;
    if ((is_folder ? rmdir(entry->fts_accpath) : unlink(entry->fts_accpath)) < 0)
        return err_set(err, ERR_IO, "cannot remove %s: %m", entry->fts_path);
    return 0;
}

static int give_entry(const FTSENT *entry, const struct tree_owner *owner, struct err *err)
{
    if (entry->fts_info != FTS_D)
        return 0;
    if (chown(entry->fts_accpath, owner->user, owner->group) < 0)
        return err_set(err, ERR_IO, "cannot change the owner of %s: %m", entry->fts_path);
    return 0;
}

// Removes each entry, or gives it to an owner.
static int walk(const char *path, const struct tree_owner *owner, struct err *err)
{
    FTS *tree = open_tree(path);
    const FTSENT *entry;
    int rc = 0;

    if (tree == NULL)
        return err_set(err, ERR_IO, "cannot look at %s: %m", path);
    while (rc == 0 && (entry = fts_read(tree)) != NULL)
        rc = owner == NULL ? remove_entry(entry, err) : give_entry(entry, owner, err);
    fts_close(tree);
    return rc;
}

int tree_remove(const char *path, struct err *err)
{
    return walk(path, NULL, err);
}

int tree_give(const char *path, const struct tree_owner *owner, struct err *err)
{
    return walk(path, owner, err);
}

static int fail(const FTSENT *entry, struct err *err)
{
    int number = entry->fts_errno;
    int code = number == ENOENT                      ? ERR_NOT_FOUND
               : number == EACCES || number == EPERM ? ERR_DENIED
                                                     : ERR_IO;

    errno = number;
    return err_set(err, code, "cannot open %s: %m", entry->fts_path);
}

static int visit(FTS *tree, FTSENT *entry, size_t root_n,
    int (*each)(const char *file, const char *below, void *ctx), void *ctx, struct err *err)
{
    bool is_root = entry->fts_level == FTS_ROOTLEVEL;

    if (!is_root && entry->fts_name[0] == '.') {
        (void)fts_set(tree, entry, FTS_SKIP);
        return 0;
    }
    switch (entry->fts_info) {
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS: return fail(entry, err);
    case FTS_F: return each(entry->fts_accpath, entry->fts_path + root_n + 1, ctx);
    default: return 0;
    }
}

int tree_each_file(const char *path, int (*each)(const char *file, const char *below, void *ctx),
    void *ctx, struct err *err)
{
    FTS *tree = open_tree(path);
    FTSENT *entry;
    int rc = 0;

    if (tree == NULL)
        return err_set(err, ERR_IO, "cannot look at %s: %m", path);
    while (rc == 0 && (entry = fts_read(tree)) != NULL)
        rc = visit(tree, entry, strlen(path), each, ctx, err);
    fts_close(tree);
    return rc;
}

int tree_sync(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || syncfs(fd) < 0 ? err_set(err, ERR_IO, "cannot write %s: %m", path) : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

static bool is_same(int a, int b)
{
    char left[BLOCK_BYTES], right[BLOCK_BYTES];
    ssize_t n, m;

    do {
        n = read(a, left, sizeof left);
        m = read(b, right, sizeof right);
        if (n < 0 || n != m || memcmp(left, right, (size_t)n) != 0)
            return false;
    } while (n > 0);
    return true;
}

bool tree_is_same_file(const char *a, const char *b)
{
    int left = open(a, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    int right = open(b, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    bool same = left >= 0 && right >= 0 && is_same(left, right);

    if (left >= 0)
        close(left);
    if (right >= 0)
        close(right);
    return same;
}
