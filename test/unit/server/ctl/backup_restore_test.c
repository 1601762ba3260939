// A backup is put back, once, and over nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "server/archive/archive_file.h"
#include "server/archive/archive_writer.h"
#include "server/base/file.h"
#include "server/base/new_file.h"
#include "server/ctl/backup_restore.h"
#include "server/store/store_copy.h"
#include "test/unit/server/base/scratch.h"

static bool yes(void *ctx)
{
    (void)ctx;
    return true;
}

static void make_database(const char *folder, char copy[SCRATCH_PATH_SIZE])
{
    char path[SCRATCH_PATH_SIZE];
    struct store_copy_wish wish = {path, copy, yes, NULL};
    sqlite3 *db;

    scratch_path(folder, "db", path);
    scratch_path(folder, "copy", copy);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                         "CREATE TABLE devices (mac); INSERT INTO devices VALUES (1);"
                         "CREATE TABLE images (sha256)",
                         NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(store_copy_make(&wish, NULL), 0);
}

static void put_text(struct archive_writer *writer, const char *name, const char *text, mode_t mode)
{
    struct tar_header header = {.size_bytes = strlen(text), .mode = mode};

    snprintf(header.name, sizeof header.name, "%s", name);
    assert_int_equal(archive_writer_begin(writer, &header, NULL), 0);
    assert_int_equal(archive_writer_add(writer, text, strlen(text), NULL), 0);
    assert_int_equal(archive_writer_end_member(writer, NULL), 0);
}

static void make_backup(const char *folder, char path[SCRATCH_PATH_SIZE])
{
    struct archive_about about = {.made_at_ms = 1, .version = "1", .has_keys = true};
    char copy[SCRATCH_PATH_SIZE];
    struct archive_writer *writer;
    struct new_file *file;

    make_database(folder, copy);
    scratch_path(folder, "backup.tar", path);
    assert_int_equal(new_file_open(path, 0600, &file, NULL), 0);

    struct sink to = {new_file_write, file};

    assert_int_equal(archive_writer_open(&about, &to, &writer, NULL), 0);
    put_text(writer, "etc/secureesp.conf", "; theirs\n", 0644);
    assert_int_equal(archive_file_add(writer, "state/secureesp.db", copy, NULL), 0);
    put_text(writer, "state/images/ab/abcd", "image", 0600);
    put_text(writer, "devices/84f3eb000001.crt", "certificate", 0644);
    put_text(writer, "pki/ca.key", "key", 0600);
    put_text(writer, "of/another/version", "what", 0600);
    assert_int_equal(archive_writer_finish(writer, NULL), 0);
    archive_writer_free(writer);
    assert_int_equal(new_file_commit(file, NULL), 0);
    new_file_free(file);
}

struct machine {
    char backup[SCRATCH_PATH_SIZE];
    char root[SCRATCH_PATH_SIZE];
    struct backup_paths paths;
};

static int restore(struct machine *machine, struct err *err)
{
    struct backup_restore_wish wish = {{machine->backup, NULL, "reading"}, &machine->paths};
    struct backup_restore_report report;
    int rc = backup_restore_run(&wish, &report, err);

    if (rc == 0)
        archive_list_clear(&report.found.list);
    return rc;
}

static void start(const char *folder, struct machine *machine)
{
    static const struct option_rule rule = {"root", OPTION_VALUE, "FOLDER", ""};
    struct option_given given = {&rule, machine->root};
    struct options options = {.given = &given, .given_count = 1};

    make_backup(folder, machine->backup);
    scratch_path(folder, "machine", machine->root);
    assert_int_equal(backup_paths_fill(&options, &machine->paths, NULL), 0);
}

static void expect_file(const struct machine *machine, const char *name, const char *text, int mode)
{
    char path[2 * SCRATCH_PATH_SIZE];
    uint8_t *p;
    size_t n;

    snprintf(path, sizeof path, "%s%s", machine->root, name);
    if (file_read(path, 1000, &p, &n, NULL) < 0)
        fail_msg("%s", path);
    assert_string_equal((char *)p, text);
    free(p);
    assert_int_equal(scratch_mode(path), mode);
}

static bool has(const struct machine *machine, const char *name)
{
    char path[2 * SCRATCH_PATH_SIZE];

    snprintf(path, sizeof path, "%s%s", machine->root, name);
    return access(path, F_OK) == 0;
}

static void put(const struct machine *machine, const char *name, const char *text)
{
    char path[2 * SCRATCH_PATH_SIZE];
    char above[2 * SCRATCH_PATH_SIZE];

    snprintf(path, sizeof path, "%s%s", machine->root, name);
    memcpy(above, path, sizeof above);
    *strrchr(above, '/') = '\0';
    assert_int_equal(file_make_folder(above, 0755, NULL), 0);
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0644, NULL), 0);
}

static void each_file_in_its_place(void **state)
{
    static struct machine machine;
    char path[2 * SCRATCH_PATH_SIZE];

    start(*state, &machine);
    put(&machine, "/etc/secureesp/secureesp.conf", "; ours\n");
    for (int i = 0; i < 2; i++) { // the second time all is there already
        struct err err = {0};

        if (restore(&machine, &err) < 0)
            fail_msg("%s", err.message);
        expect_file(&machine, "/etc/secureesp/secureesp.conf", "; theirs\n", 0644);
        expect_file(&machine, "/etc/secureesp/secureesp.conf.before-restore", "; ours\n", 0644);
        expect_file(&machine, "/var/lib/secureesp/images/ab/abcd", "image", 0600);
        expect_file(&machine, "/etc/secureesp/pki/ca.key", "key", 0600);
        expect_file(&machine, "/etc/secureesp/pki/devices/84f3eb000001.crt", "certificate", 0644);
        assert_true(has(&machine, "/var/lib/secureesp/secureesp.db"));
        assert_false(has(&machine, "/var/lib/secureesp.restore"));
        assert_false(has(&machine, "/etc/secureesp/pki.restore"));
        snprintf(path, sizeof path, "%s/etc/secureesp/pki", machine.root);
        assert_int_equal(scratch_mode(path), 0711);
        snprintf(path, sizeof path, "%s/etc/secureesp/pki/devices", machine.root);
        assert_int_equal(scratch_mode(path), 0755);
        snprintf(path, sizeof path, "%s/var/lib/secureesp", machine.root);
        assert_int_equal(scratch_mode(path), 0711);
        snprintf(path, sizeof path, "%s/var/lib/secureesp/images", machine.root);
        assert_int_equal(scratch_mode(path), 0700);
    }
}

static void what_is_there_is_left_alone(void **state)
{
    static const char *const rows[] = {"/var/lib/secureesp/secureesp.db",
        "/etc/secureesp/pki/ca.key", "/var/lib/secureesp/anything"};
    static struct machine machine;

    start(*state, &machine);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        char path[2 * SCRATCH_PATH_SIZE];

        put(&machine, rows[i], "yek");
        assert_int_equal(restore(&machine, &err), ERR_CONFLICT);
        assert_non_null(strstr(err.message, "holds something else already"));
        expect_file(&machine, rows[i], "yek", 0644);
        assert_false(has(&machine, "/var/lib/secureesp.restore"));
        assert_false(has(&machine, "/var/lib/secureesp/images"));
        snprintf(path, sizeof path, "%s%s", machine.root, rows[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(restore(&machine, NULL), 0); // folders that are empty are no state
}

// Interrupted after the CA, and while the state was put together.
static void it_goes_on_where_it_was(void **state)
{
    static struct machine machine;
    char path[2 * SCRATCH_PATH_SIZE];
    char stage[2 * SCRATCH_PATH_SIZE];

    start(*state, &machine);
    assert_int_equal(restore(&machine, NULL), 0);
    snprintf(path, sizeof path, "%s/var/lib/secureesp", machine.root);
    snprintf(stage, sizeof stage, "%s/var/lib/secureesp.restore", machine.root);
    assert_int_equal(rename(path, stage), 0);
    put(&machine, "/var/lib/secureesp.restore/images/ab/more", "half");
    assert_int_equal(restore(&machine, NULL), 0);
    expect_file(&machine, "/var/lib/secureesp/images/ab/abcd", "image", 0600);
    assert_false(has(&machine, "/var/lib/secureesp/images/ab/more"));
}

static void a_damaged_one_writes_nothing(void **state)
{
    static struct machine machine;
    struct err err = {0};
    FILE *file;

    start(*state, &machine);
    file = fopen(machine.backup, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 12 * 512, SEEK_SET), 0);
    assert_int_equal(fputc('x', file), 'x');
    assert_int_equal(fclose(file), 0);
    assert_int_equal(restore(&machine, &err), ERR_INVALID);
    assert_false(has(&machine, ""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

// Calls of the system in a row: "b" and "B" for the bytes of a file, and of all, "n" and "N" for
// the name of a file, and of a folder, "f" for the names in a folder.
static char calls[256];

static void note(char call)
{
    size_t n = strlen(calls);

    assert_true(n + 1 < sizeof calls);
    calls[n] = call;
    calls[n + 1] = '\0';
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __wrap_fsync(int fd);
int __real_fsync(int fd);
int __wrap_syncfs(int fd);
int __real_syncfs(int fd);
int __wrap_rename(const char *from, const char *to);
int __real_rename(const char *from, const char *to);

int __wrap_fsync(int fd)
{
    struct stat st;

    note(fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? 'f' : 'b');
    return __real_fsync(fd);
}

int __wrap_syncfs(int fd)
{
    note('B');
    return __real_syncfs(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    note(is_folder(from) ? 'N' : 'n');
    return __real_rename(from, to);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

// What has its name is on the disk, and then the name is.
static void what_is_put_back_lasts(void **state)
{
    struct machine machine;

    start(*state, &machine);
    calls[0] = '\0';
    assert_int_equal(restore(&machine, NULL), 0);
    assert_string_equal(calls, "bnfBNfBNf"); // the configuration, the CA and the state
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_file_in_its_place),
        TEST(what_is_there_is_left_alone),
        TEST(it_goes_on_where_it_was),
        TEST(a_damaged_one_writes_nothing),
        TEST(what_is_put_back_lasts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
