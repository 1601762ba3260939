// A folder is held by one at a time, whatever is done in it, and free again when it is closed.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/lock_folder.h"

static void one_at_a_time(void **state)
{
    char path[] = "/tmp/secureesp-lock-XXXXXX";
    char inside[64];
    struct err err = {0};
    int first;
    int second;

    (void)state;
    assert_non_null(mkdtemp(path));
    snprintf(inside, sizeof inside, "%s/lock", path);
    assert_int_equal(lock_folder_take(path, &first, &err), 0);
    assert_int_equal(lock_folder_take(path, &second, &err), ERR_CONFLICT);

    FILE *file = fopen(inside, "w");

    assert_non_null(file);
    fclose(file);
    assert_int_equal(unlink(inside), 0);
    assert_int_equal(lock_folder_take(path, &second, &err), ERR_CONFLICT);
    close(first);
    assert_int_equal(lock_folder_take(path, &second, &err), 0);
    close(second);
    rmdir(path);
}

static const char *replaced; // between opening and locking

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __wrap_flock(int fd, int operation);
int __real_flock(int fd, int operation);

int __wrap_flock(int fd, int operation)
{
    char away[64];

    if (replaced != NULL) {
        snprintf(away, sizeof away, "%s.old", replaced);
        assert_int_equal(rename(replaced, away), 0);
        assert_int_equal(mkdir(replaced, 0700), 0);
        replaced = NULL;
    }
    return __real_flock(fd, operation);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

// The next descriptor that there is.
static int next_fd(void)
{
    int fd = dup(STDIN_FILENO);

    close(fd);
    return fd;
}

// Who has locked what lies elsewhere by now holds nothing; and who holds nothing keeps no file
// open.
static void replaced_before_it_was_locked(void **state)
{
    char path[] = "/tmp/secureesp-lock-XXXXXX";
    char away[64];
    struct err err = {0};
    int before = next_fd();
    int fd;
    int second;

    (void)state;
    assert_non_null(mkdtemp(path));
    replaced = path;
    assert_int_equal(lock_folder_take(path, &fd, &err), ERR_CONFLICT);
    assert_int_equal(next_fd(), before);
    assert_int_equal(lock_folder_take(path, &fd, &err), 0);
    before = next_fd();
    assert_int_equal(lock_folder_take(path, &second, &err), ERR_CONFLICT);
    assert_int_equal(next_fd(), before);
    close(fd);
    snprintf(away, sizeof away, "%s.old", path);
    rmdir(away);
    rmdir(path);
}

static void what_is_no_folder(void **state)
{
    char path[] = "/tmp/secureesp-lock-XXXXXX";
    struct err err = {0};
    int fd;

    (void)state;
    close(mkstemp(path));
    assert_int_equal(lock_folder_take(path, &fd, &err), ERR_IO);
    unlink(path);
    assert_int_equal(lock_folder_take("/nowhere/folder", &fd, &err), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(replaced_before_it_was_locked),
        cmocka_unit_test(what_is_no_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
