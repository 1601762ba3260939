// What the daemon keeps on disk: all of it, and one daemon at a time.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "server/daemon/daemon_state.h"
#include "test/unit/server/base/scratch.h"

static void close_all(struct daemon_state *state)
{
    daemon_state_close(state);
    daemon_state_unlock(state);
}

static void open_all(struct daemon_state *state, const char *folder)
{
    struct err err = {0};

    daemon_state_init(state);
    if (daemon_state_open(state, folder, &err) < 0)
        fail_msg("%s", err.message);
}

static void test_makes_all(void **state)
{
    static const char *const names[] = {"secureesp.db", KEY_VAULT_FILE, "images"};
    static struct daemon_state opened;
    char path[SCRATCH_PATH_SIZE];

    for (int i = 0; i < 2; i++) { // made, then found
        open_all(&opened, *state);
        assert_non_null(opened.store);
        assert_non_null(opened.housekeeping);
        assert_non_null(opened.release);
        assert_non_null(opened.vault);
        close_all(&opened);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        scratch_path(*state, names[i], path);
        assert_true(scratch_mode(path) >= 0);
        assert_int_equal(scratch_mode(path) & 077, 0); // nobody else's
    }
}

static void test_one_at_a_time(void **state)
{
    static struct daemon_state first, second;
    struct err err = {0};

    open_all(&first, *state);
    for (int i = 0; i < 2; i++) { // while it is open; closed, and not unlocked yet
        daemon_state_init(&second);
        assert_int_equal(daemon_state_open(&second, *state, &err), ERR_CONFLICT);
        assert_non_null(strstr(err.message, "another secureespd is using this state_dir"));
        assert_null(second.store);
        close_all(&second);
        if (i == 0)
            daemon_state_close(&first);
    }
    daemon_state_unlock(&first);
    open_all(&second, *state);
    close_all(&second);
}

static void test_too_long(void **state)
{
    static struct daemon_state opened;
    static char folder[DAEMON_STATE_PATH_SIZE];
    struct err err = {0};

    (void)state;
    memset(folder, 'x', sizeof folder - 1);
    daemon_state_init(&opened);
    assert_int_equal(daemon_state_open(&opened, folder, &err), ERR_INVALID);
    assert_string_equal(err.message, "state_dir is too long");
    close_all(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_makes_all, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_one_at_a_time, scratch_make, scratch_remove),
        cmocka_unit_test(test_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
