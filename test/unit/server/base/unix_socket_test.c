// Stream sockets that are files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/unix_socket.h"
#include "test/unit/server/base/scratch.h"

static void a_path_has_a_length(void **state)
{
    struct sockaddr_un address;
    char path[sizeof address.sun_path + 1];

    (void)state;
    memset(path, 'x', sizeof path);
    path[sizeof address.sun_path - 1] = '\0';
    assert_int_equal(unix_socket_address(path, &address, NULL), 0);
    assert_string_equal(address.sun_path, path);
    path[sizeof address.sun_path - 1] = 'x';
    path[sizeof address.sun_path] = '\0';
    assert_int_equal(unix_socket_address(path, &address, NULL), ERR_INVALID);
    assert_false(unix_socket_is_answered(path));
}

static void the_file_has_its_mode(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    mode_t before = umask(0);
    int fd = -1;

    scratch_path(*state, "socket", path);
    assert_int_equal(unix_socket_listen(path, 0660, &fd, NULL), 0);
    assert_int_equal(umask(before), 0); // as it was
    assert_int_equal(scratch_mode(path), 0660);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    close(fd);
}

static void who_is_gone_is_replaced(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    int fd = -1;
    int other = -1;

    scratch_path(*state, "socket", path);
    assert_false(unix_socket_is_answered(path));
    assert_int_equal(unix_socket_listen(path, 0600, &fd, NULL), 0);
    assert_true(unix_socket_is_answered(path));
    assert_int_equal(unix_socket_listen(path, 0600, &other, NULL), ERR_CONFLICT);
    close(fd);
    assert_false(unix_socket_is_answered(path));
    assert_int_equal(unix_socket_listen(path, 0600, &fd, NULL), 0);
    close(fd);
}

static void what_is_no_socket_stays(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    int fd;

    scratch_path(*state, "file", path);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(unix_socket_listen(path, 0600, &fd, NULL), ERR_CONFLICT);
    assert_int_equal(scratch_mode(path), 0600);
    scratch_path(*state, "no-folder/socket", path);
    assert_int_equal(unix_socket_listen(path, 0600, &fd, NULL), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_has_a_length),
        cmocka_unit_test_setup_teardown(the_file_has_its_mode, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(who_is_gone_is_replaced, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(what_is_no_socket_stays, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
