// A database that is gone is not begun anew beside what it knew.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/daemon/state_check.h"
#include "test/unit/server/base/scratch.h"

#define IMAGE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void put(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0600, NULL), 0);
}

static void test_rows(void **state)
{
    static const struct {
        const char *database; // NULL: it is not there
        const char *log;
        bool has_image;
        int rc;
        const char *what;
    } rows[] = {
        {NULL, NULL, false, 0, NULL},
        {"", NULL, false, 0, NULL},
        {"SQLite", NULL, true, 0, NULL},
        {NULL, NULL, true, ERR_CONFLICT, "holds images"},
        {"", NULL, true, ERR_CONFLICT, "holds images"},
        {NULL, "", false, 0, NULL},
        {NULL, "x", false, ERR_CONFLICT, "its log"},
        {"", "x", true, ERR_CONFLICT, "its log"},
        {"SQLite", "x", true, 0, NULL},
    };
    char database[SCRATCH_PATH_SIZE], log[SCRATCH_PATH_SIZE];
    char images[SCRATCH_PATH_SIZE], folder[SCRATCH_PATH_SIZE], image[SCRATCH_PATH_SIZE];

    scratch_path(*state, "secureesp.db", database);
    scratch_path(*state, "secureesp.db-wal", log);
    scratch_path(*state, "images", images);
    scratch_path(*state, "images/01", folder);
    scratch_path(*state, "images/01/" IMAGE, image);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};

        (void)unlink(database);
        (void)unlink(log);
        (void)unlink(image);
        (void)mkdir(images, 0700);
        (void)mkdir(folder, 0700);
        if (rows[i].database != NULL)
            put(database, rows[i].database);
        if (rows[i].log != NULL)
            put(log, rows[i].log);
        if (rows[i].has_image)
            put(image, "image");
        assert_int_equal(state_check_run(database, images, &err), rows[i].rc);
        if (rows[i].what != NULL)
            assert_non_null(strstr(err.message, rows[i].what));
    }
    assert_int_equal(
        unlink(image) + rmdir(folder) + rmdir(images) + unlink(database) + unlink(log), 0);
    assert_int_equal(state_check_run(database, images, NULL), 0); // no folder is no image
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
