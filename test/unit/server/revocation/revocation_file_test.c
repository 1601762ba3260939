// The list on the disk: found again at a start, whatever became of it, and written so that it
// stays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/base/file.h"
#include "server/revocation/revocation_file.h"
#include "test/unit/server/base/scratch.h"

#define LIST "secureesp-revocations 1\nnumber 17\nserial 00\nend 1\n"

struct place {
    void *scratch;
    char folder[SCRATCH_PATH_SIZE];
    char list[SCRATCH_PATH_SIZE];
    struct revocation_file file;
};

static int set_up(void **state)
{
    static struct place p;

    umask(0077);
    memset(&p, 0, sizeof p);
    if (scratch_make(&p.scratch) < 0)
        return -1;
    scratch_path(p.scratch, "broker", p.folder);
    scratch_path(p.folder, "revoked", p.list);
    *state = &p;
    return revocation_file_init(&p.file, p.folder, NULL);
}

static int tear_down(void **state)
{
    struct place *p = *state;

    return scratch_remove(&p->scratch);
}

static void put(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0600, NULL), 0);
}

static void write_list(struct place *p, const char *text)
{
    struct err err = {0};

    if (revocation_file_write(&p->file, text, strlen(text), &err) < 0)
        fail_msg("%s", err.message);
}

static void assert_text(const char *path, const char *expected)
{
    uint8_t *text = NULL;
    size_t n;

    assert_int_equal(file_read(path, 65536, &text, &n, NULL), 0);
    assert_string_equal((char *)text, expected);
    free(text);
}

static struct revocation_file_found begin(struct place *p)
{
    struct revocation_file_found found;

    assert_int_equal(revocation_file_begin(&p->file, &found, NULL), 0);
    return found;
}

static void test_a_path_that_is_too_long(void **state)
{
    struct place *p = *state;
    char folder[REVOCATION_FILE_PATH_SIZE + 1];
    struct err err = {0};

    memset(folder, 'x', sizeof folder);
    folder[sizeof folder - 1] = '\0';
    assert_int_equal(revocation_file_init(&p->file, folder, &err), ERR_INVALID);
    folder[sizeof folder - 2] = '\0';
    assert_int_equal(revocation_file_init(&p->file, folder, NULL), 0);
    assert_int_equal(strlen(p->file.path), REVOCATION_FILE_PATH_SIZE - 1 + strlen("/revoked"));
}

static void test_none_is_there(void **state)
{
    struct place *p = *state;
    struct revocation_file_found found = begin(p); // nor its folder

    assert_int_equal(found.state, REVOCATION_FILE_NONE);
    revocation_file_found_clear(&found);
    write_list(p, LIST);
    assert_int_equal(unlink(p->list), 0);
    found = begin(p);
    assert_int_equal(found.state, REVOCATION_FILE_NONE);
    assert_int_equal(found.number, 0);
    revocation_file_found_clear(&found);
}

static void test_a_whole_one(void **state)
{
    struct place *p = *state;
    struct revocation_file_found found;

    write_list(p, LIST);
    found = begin(p);
    assert_int_equal(found.state, REVOCATION_FILE_WHOLE);
    assert_int_equal(found.number, 17);
    assert_int_equal(found.n, strlen(LIST));
    assert_string_equal(found.text, LIST);
    assert_string_equal(found.reason, "");
    assert_true(revocation_list_has_serial(found.list, "00"));
    revocation_file_found_clear(&found);
    assert_null(found.list);
    assert_text(p->list, LIST);
}

static void test_damaged_ones(void **state)
{
    static const struct {
        const char *text, *reason;
        uint64_t number;
    } rows[] = {
        {"", "line 1", 0},
        {"secureesp-revocations 1\nnumber 17\nserial 00\n", "cut off", 17},
        {"secureesp-revocations 1\nnumber 17\nserial 00\nend 2\n", "another number of entries", 17},
        {"secureesp-revocations 1\nnumber 4611686018427387903\nend 0\nx", "not the last",
            4611686018427387903},
        {"secureesp-revocations 1\nnumber 4611686018427387904\nend 0\n", "none of ours", 0},
        {"secureesp-revocations 1\nnumber 4611686018427387904\nend 1\n", "none of ours", 0},
        {"secureesp-revocations 1\nnumber 9223372036854775807\nend 0\n", "line 2", 0},
    };
    struct place *p = *state;
    char kept[SCRATCH_PATH_SIZE];

    scratch_path(p->folder, "revoked.damaged", kept);
    write_list(p, LIST);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct revocation_file_found found;

        put(p->list, rows[i].text);
        found = begin(p);
        if (found.state != REVOCATION_FILE_DAMAGED || found.number != rows[i].number ||
            strstr(found.reason, rows[i].reason) == NULL || found.list != NULL)
            fail_msg("row %zu: %d %llu %s", i, found.state, (unsigned long long)found.number,
                found.reason);
        revocation_file_found_clear(&found);
        assert_text(kept, rows[i].text);
        assert_text(p->list, rows[i].text); // a start that is cut short finds it again
        assert_int_equal(scratch_count(p->folder), 2);
    }
}

// A folder in its place, or what this user may not read.
static void test_one_that_cannot_be_read(void **state)
{
    struct place *p = *state;
    struct revocation_file_found found;

    write_list(p, LIST);
    assert_int_equal(unlink(p->list), 0);
    assert_int_equal(mkdir(p->list, 0700), 0);
    found = begin(p);
    assert_int_equal(found.state, REVOCATION_FILE_DAMAGED);
    assert_int_equal(found.number, 0);
    assert_non_null(strstr(found.reason, "is not a regular file"));
    revocation_file_found_clear(&found);
    assert_int_equal(scratch_mode(p->list), 0700); // it stays
}

// What a writer left that was killed; nothing else.
static void test_what_was_left_is_removed(void **state)
{
    static const char *const others[] = {"revoked", "revoked.damaged", "revoked.Ab12c",
        "revoked.backup", "revokedxAb12cD.tmp", "other"};
    struct place *p = *state;
    char path[SCRATCH_PATH_SIZE];

    write_list(p, LIST);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        scratch_path(p->folder, others[i], path);
        put(path, LIST);
    }
    scratch_path(p->folder, "revoked.Ab12cD.tmp", path);
    put(path, "x");

    struct revocation_file_found found = begin(p);

    revocation_file_found_clear(&found);
    assert_int_equal(scratch_mode(path), -1);
    assert_int_equal(scratch_count(p->folder), sizeof others / sizeof others[0]);
}

// Everybody may read it, whatever the umask, and however its folder was.
static void test_the_broker_may_read_it(void **state)
{
    struct place *p = *state;

    write_list(p, LIST);
    assert_int_equal(scratch_mode(p->folder), 0755);
    assert_int_equal(scratch_mode(p->list), 0644);
    assert_int_equal(chmod(p->folder, 0700), 0);
    assert_int_equal(chmod(p->list, 0600), 0);
    write_list(p, LIST);
    assert_int_equal(scratch_mode(p->folder), 0755);
    assert_int_equal(scratch_mode(p->list), 0644);
    assert_int_equal(scratch_count(p->folder), 1);
}

static void test_one_that_cannot_be_written(void **state)
{
    struct place *p = *state;
    struct err err = {0};

    put(p->folder, "in the way");
    assert_true(revocation_file_write(&p->file, LIST, strlen(LIST), &err) < 0);
    assert_false(revocation_file_is_there(&p->file));
    assert_int_equal(unlink(p->folder), 0);
    write_list(p, LIST);
    assert_true(revocation_file_is_there(&p->file));
    assert_int_equal(unlink(p->list), 0);
    assert_int_equal(mkdir(p->list, 0700), 0);
    assert_int_equal(revocation_file_write(&p->file, LIST, strlen(LIST), &err), ERR_CONFLICT);
    assert_false(revocation_file_is_there(&p->file)); // not as it was written before
    assert_int_equal(rmdir(p->list), 0);
    write_list(p, LIST);
    assert_true(revocation_file_is_there(&p->file));
}

static void rewrite(struct place *p)
{
    put(p->list, LIST); // the same text by somebody else
    assert_int_equal(chmod(p->list, 0644), 0);
}

static void remove_list(struct place *p)
{
    assert_int_equal(unlink(p->list), 0);
}

static void change_mode(struct place *p)
{
    assert_int_equal(chmod(p->list, 0640), 0);
}

static void lengthen(struct place *p)
{
    FILE *file = fopen(p->list, "a");

    assert_non_null(file);
    (void)fputs("x", file);
    (void)fclose(file);
}

// As long as before, and within one tick of the file system's clock but for its inode's time.
static void write_over(struct place *p)
{
    FILE *file = fopen(p->list, "r+");

    usleep(20000);
    assert_non_null(file);
    (void)fputs("X", file);
    (void)fclose(file);
}

static void link_to_another(struct place *p)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(p->folder, "another", path);
    assert_int_equal(rename(p->list, path), 0);
    assert_int_equal(symlink(path, p->list), 0);
}

static void test_what_others_do_to_it_is_noticed(void **state)
{
    static void (*const deeds[])(struct place * p) = {
        rewrite, remove_list, change_mode, lengthen, write_over, link_to_another};
    struct place *p = *state;

    assert_false(revocation_file_is_there(&p->file)); // not yet written
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        write_list(p, LIST);
        assert_true(revocation_file_is_there(&p->file));
        deeds[i](p);
        if (revocation_file_is_there(&p->file))
            fail_msg("deed %zu", i);
        unlink(p->list);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_path_that_is_too_long),
        TEST(test_none_is_there),
        TEST(test_a_whole_one),
        TEST(test_damaged_ones),
        TEST(test_one_that_cannot_be_read),
        TEST(test_what_was_left_is_removed),
        TEST(test_the_broker_may_read_it),
        TEST(test_one_that_cannot_be_written),
        TEST(test_what_others_do_to_it_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
