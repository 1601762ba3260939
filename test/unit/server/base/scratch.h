#ifndef TEST_SERVER_BASE_SCRATCH_H
#define TEST_SERVER_BASE_SCRATCH_H

// A folder for one test, for cmocka's setup and teardown: *state is its path. In a header, since
// each test program is one file.

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRATCH_PATH_SIZE 512

static inline int scratch_make(void **state)
{
    const char *base = getenv("TMPDIR");
    char path[SCRATCH_PATH_SIZE];

    snprintf(path, sizeof path, "%s/secureesp-test.XXXXXX", base != NULL ? base : "/tmp");
    *state = mkdtemp(path) != NULL ? strdup(path) : NULL;
    return *state != NULL ? 0 : -1;
}

static inline int scratch_remove_one(
    const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static inline int scratch_remove(void **state)
{
    int rc = nftw(*state, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);

    free(*state);
    return rc;
}

// Writes FOLDER/NAME to out.
static inline void scratch_path(const char *folder, const char *name, char out[SCRATCH_PATH_SIZE])
{
    snprintf(out, SCRATCH_PATH_SIZE, "%.200s/%.200s", folder, name);
}

// The mode of a file, or -1.
static inline int scratch_mode(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

// How many entries a folder has.
static inline int scratch_count(const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);

    while (dir != NULL && readdir(dir) != NULL)
        count++;
    if (dir != NULL)
        closedir(dir);
    return count - 2;
}

#endif
