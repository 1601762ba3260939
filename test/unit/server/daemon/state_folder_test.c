// Who may see what of state_dir.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdbool.h>

#include "server/base/file.h"
#include "server/base/log.h"
#include "server/daemon/state_folder.h"
#include "test/unit/server/base/scratch.h"

static void test_modes(void **state)
{
    static const struct {
        const char *name;
        bool is_folder;
        mode_t before;
        int after;
    } rows[] = {
        {"secureesp.db", false, 0640, 0600},
        {"secureesp.db-wal", false, 0600, 0600},
        {"images", true, 0755, 0700},
        {"backup", false, 0644, 0600},
        {"tool", false, 0755, 0700},
        {"broker", true, 0755, 0755},
    };
    const char *folder = *state;
    char path[SCRATCH_PATH_SIZE];
    char outside[SCRATCH_PATH_SIZE];

    log_set_level(LOG_ERROR);
    scratch_path(folder, "state", path);
    assert_int_equal(mkdir(path, 0700), 0);

    char *state_dir = strdup(path);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        scratch_path(state_dir, rows[i].name, path);
        if (rows[i].is_folder)
            assert_int_equal(mkdir(path, 0700), 0);
        else
            assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), 0);
        assert_int_equal(chmod(path, rows[i].before), 0);
    }
    // What a link leads to is not ours to close.
    scratch_path(folder, "outside", outside);
    assert_int_equal(file_replace(outside, (const uint8_t *)"x", 1, 0644, NULL), 0);
    scratch_path(state_dir, "link", path);
    assert_int_equal(symlink(outside, path), 0);

    for (int again = 0; again < 2; again++) {
        assert_int_equal(state_folder_open_up(state_dir, NULL), 0);
        assert_int_equal(scratch_mode(state_dir), 0711);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            scratch_path(state_dir, rows[i].name, path);
            assert_int_equal(scratch_mode(path), rows[i].after);
        }
        assert_int_equal(scratch_mode(outside), 0644);
    }
    assert_int_equal(chmod(state_dir, 0750), 0);
    assert_int_equal(state_folder_open_up(state_dir, NULL), 0);
    assert_int_equal(scratch_mode(state_dir), 0751);
    free(state_dir);
    assert_int_equal(state_folder_open_up("/nonexistent", NULL), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_modes, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
