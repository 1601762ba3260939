// Folders that others can change.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/own_folder.h"
#include "test/unit/server/base/scratch.h"

static void modes_decide(void **state)
{
    static const struct {
        unsigned mode;
        int rc;
        unsigned mode_above;
        int rc_above;
    } rows[] = {
        {0700, 0, 0700, 0}, {0711, 0, 0755, 0},
        {0755, 0, 0775, 0}, // a group's folder above: as Debian has /usr/local/src
        {0720, ERR_DENIED, 0757, ERR_DENIED}, {0702, ERR_DENIED, 0777, ERR_DENIED},
        {01777, ERR_DENIED, 01777, 0}, // as /tmp
    };
    char above[SCRATCH_PATH_SIZE];
    char folder[SCRATCH_PATH_SIZE];

    scratch_path(*state, "above", above);
    scratch_path(*state, "above/pki", folder);
    assert_int_equal(mkdir(above, 0700), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        assert_int_equal(chmod(folder, rows[i].mode), 0);
        assert_int_equal(own_folder_check(folder, &err), rows[i].rc);
        if (rows[i].rc < 0)
            assert_non_null(strstr(err.message, folder));
        assert_int_equal(chmod(folder, 0700), 0);
        assert_int_equal(chmod(above, rows[i].mode_above), 0);
        assert_int_equal(own_folder_check(folder, &err), rows[i].rc_above);
        assert_int_equal(chmod(above, 0700), 0);
    }
}

static void another_owner_is_refused(void **state)
{
    char folder[SCRATCH_PATH_SIZE];
    struct err err = {0};

    if (geteuid() != 0)
        skip(); // only root can give a folder away
    scratch_path(*state, "pki", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chown(folder, 1234, 0), 0);
    assert_int_equal(own_folder_check(folder, &err), ERR_DENIED);
    assert_non_null(strstr(err.message, "1234"));
    assert_int_equal(chown(folder, 0, 0), 0);
    assert_int_equal(chown(*state, 1234, 0), 0);
    assert_int_equal(own_folder_check(folder, &err), ERR_DENIED);
    assert_int_equal(chown(*state, 0, 0), 0);
}

// As another user sees it. The exit status of a process of its own: what the check said.
static int check_as(uid_t user, const char *root, const char *folder)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct err err = {0};

        if (root != NULL && chroot(root) < 0)
            _exit(99);
        if (seteuid(user) < 0)
            _exit(98);
        _exit(-own_folder_check(folder, &err));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

static void root_may_have_folders_above(void **state)
{
    char folder[SCRATCH_PATH_SIZE];

    if (geteuid() != 0)
        skip();
    scratch_path(*state, "pki", folder);
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(check_as(1234, NULL, folder), 0); // root's own, too
    assert_int_equal(chown(folder, 1234, 0), 0);
    assert_int_equal(check_as(1234, NULL, folder), 0);
    assert_int_equal(check_as(2345, NULL, folder), ERR_DENIED);
    assert_int_equal(chown(folder, 0, 0), 0);
}

static void the_root_counts_as_well(void **state)
{
    char folder[SCRATCH_PATH_SIZE];

    if (geteuid() != 0)
        skip();
    scratch_path(*state, "pki", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(check_as(0, *state, "/pki"), 0);
    assert_int_equal(chmod(*state, 0777), 0);
    assert_int_equal(check_as(0, *state, "/pki"), ERR_DENIED);
}

static void links_lead_to_what_is_checked(void **state)
{
    char folder[SCRATCH_PATH_SIZE];
    char link[SCRATCH_PATH_SIZE];
    struct err err = {0};

    scratch_path(*state, "pki", folder);
    scratch_path(*state, "link", link);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink("pki", link), 0);
    assert_int_equal(own_folder_check(link, &err), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(own_folder_check(link, &err), ERR_DENIED);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(own_folder_check(link, &err), ERR_NOT_FOUND);
}

static void a_file_is_no_folder(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    struct err err = {0};

    scratch_path(*state, "file", path);
    assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
    assert_int_equal(own_folder_check(path, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "is not a folder"));
}

static void links_that_others_may_change_are_refused(void **state)
{
    static const struct {
        unsigned mode;
        uid_t owner; // of the link
        int rc;
    } rows[] = {
        {0700, 0, 0},
        {01777, 0, 0}, // as /tmp: the link's owner alone may change it
        {0777, 0, ERR_DENIED},
        {01777, 1234, ERR_DENIED},
    };
    char folder[SCRATCH_PATH_SIZE];
    char open[SCRATCH_PATH_SIZE];
    char link[SCRATCH_PATH_SIZE];
    char behind[SCRATCH_PATH_SIZE];

    scratch_path(*state, "home", folder);
    scratch_path(*state, "home/pki", behind);
    scratch_path(*state, "open", open);
    assert_int_equal(mkdir(folder, 0700) | mkdir(behind, 0700) | mkdir(open, 0700), 0);
    scratch_path(*state, "open/link", link);
    scratch_path(*state, "open/link/pki", behind);
    assert_int_equal(symlink("../home", link), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        if (rows[i].owner != 0 && geteuid() != 0)
            continue; // only root can give a link away
        assert_int_equal(chmod(open, rows[i].mode), 0);
        assert_int_equal(
            lchown(link, rows[i].owner != 0 ? rows[i].owner : geteuid(), getegid()), 0);
        assert_int_equal(own_folder_check(link, &err), rows[i].rc);
        assert_int_equal(own_folder_check(behind, &err), rows[i].rc);
    }
    assert_int_equal(chmod(open, 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(modes_decide, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(another_owner_is_refused, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(root_may_have_folders_above, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(the_root_counts_as_well, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            links_lead_to_what_is_checked, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(a_file_is_no_folder, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            links_that_others_may_change_are_refused, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
