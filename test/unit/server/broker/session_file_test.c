// Tests of the file of whose client identifiers are.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "server/base/file.h"
#include "server/broker/session_file.h"
#include "test/unit/server/base/scratch.h"

#define FIRST "secureesp-sessions 1\n"
#define DESK "17 monitor desk desk\n"
#define KITCHEN "18 device 84f3eb000001 kitchen\n"
#define GARDEN "19 device 84f3eb000002 my garden\n"

static int syncs;       // fdatasync() calls
static bool sync_fails; // and what comes of them

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): names that ld --wrap makes
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    syncs++;
    errno = EIO;
    return sync_fails ? -1 : __real_fdatasync(fd);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static char path[SCRATCH_PATH_SIZE];

static int set_up(void **state)
{
    int rc = scratch_make(state);

    scratch_path(*state, "sessions", path);
    syncs = 0;
    sync_fails = false;
    return rc;
}

static void put(const char *text, size_t n)
{
    assert_int_equal(file_replace(path, (const uint8_t *)text, n, 0600, NULL), 0);
}

static void expect_text(const char *expected)
{
    uint8_t *text;
    size_t n;

    assert_int_equal(file_read(path, 65536, &text, &n, NULL), 0);
    assert_string_equal((const char *)text, expected);
    free(text);
}

static void visit(const struct session_record *record, void *ctx)
{
    char *seen = ctx;

    strcat(strcat(seen, record->client_id), ";");
}

// Reads it; what identifiers came, in their order.
static int read_all(char seen[256], struct session_file_content *content)
{
    seen[0] = '\0';
    return session_file_read(path, visit, seen, content, NULL);
}

static void test_read(void **state)
{
    static const struct {
        const char *text;
        const char *seen;
        size_t lines, bad, first_bad;
    } rows[] = {
        {"", "", 0, 0, 0},
        {FIRST, "", 0, 0, 0},
        {FIRST DESK KITCHEN GARDEN, "desk;kitchen;my garden;", 3, 0, 0},
        {FIRST DESK "damaged\n" KITCHEN, "desk;kitchen;", 3, 1, 3},
        {FIRST "\n" DESK "\x01\n\n" KITCHEN, "desk;kitchen;", 5, 3, 2},
        {FIRST DESK "18 device 84f3eb000001 kitch", "desk;", 2, 1, 3}, // cut off
        {FIRST DESK "18 device 84f3eb000001 kitch" GARDEN,
            "desk;kitch19 device 84f3eb000002 my "
            "garden;",
            2, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_file_content content;
        char seen[256];

        put(rows[i].text, strlen(rows[i].text));
        assert_int_equal(read_all(seen, &content), 0);
        assert_string_equal(seen, rows[i].seen);
        if (content.lines != rows[i].lines || content.bad_count != rows[i].bad ||
            content.first_bad != rows[i].first_bad)
            fail_msg(
                "row %zu: %zu %zu %zu", i, content.lines, content.bad_count, content.first_bad);
    }
}

static void test_none(void **state)
{
    struct session_file_content content = {7, 7, 7};
    char seen[256];

    (void)state;
    assert_int_equal(read_all(seen, &content), 0);
    assert_int_equal(content.lines + content.bad_count, 0);
}

// What is not ours is told from what is damaged: nobody takes it for an empty one and writes.
static void test_other_file(void **state)
{
    static const char *const texts[] = {
        "x", "secureesp-sessions 2\n" DESK, "secureesp-sessions 1", "\0\xb5\0mosquitto db", DESK};
    struct session_file_content content;
    char seen[256];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put(texts[i], i == 3 ? 15 : strlen(texts[i]));
        assert_int_equal(read_all(seen, &content), ERR_CONFLICT);
        assert_string_equal(seen, "");
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(read_all(seen, &content), ERR_INVALID);
}

// However much of it a power cut left: what is whole is taken, and what is not is none.
static void test_cut(void **state)
{
    static const char text[] = FIRST DESK KITCHEN;
    size_t first = sizeof FIRST - 1;
    size_t desk = sizeof FIRST DESK - 1;

    (void)state;
    for (size_t n = first; n < sizeof text; n++) {
        struct session_file_content content;
        char seen[256];

        put(text, n);
        assert_int_equal(read_all(seen, &content), 0);
        assert_string_equal(seen, n < desk ? "" : n < sizeof text - 1 ? "desk;" : "desk;kitchen;");
        assert_int_equal(content.bad_count, n != first && n != desk && n != sizeof text - 1);
    }
}

static struct session_record record(const char *client_id)
{
    struct session_record made = {20, "monitor", "desk", client_id};

    return made;
}

static void test_append(void **state)
{
    struct session_record made = record("a b");

    (void)state;
    assert_int_equal(session_file_append(path, &made, NULL), ERR_NOT_FOUND);
    put(FIRST, strlen(FIRST));
    assert_int_equal(syncs, 0);
    assert_int_equal(session_file_append(path, &made, NULL), 0);
    assert_int_equal(syncs, 1);
    expect_text(FIRST "20 monitor desk a b\n");
    assert_int_equal(session_file_append(path, &made, NULL), 0);
    assert_int_equal(syncs, 2);
    expect_text(FIRST "20 monitor desk a b\n20 monitor desk a b\n");
    // what is not known to be there is not said to be
    sync_fails = true;
    assert_int_equal(session_file_append(path, &made, NULL), ERR_IO);
}

static void test_append_to_link(void **state)
{
    struct session_record made = record("desk");
    char target[SCRATCH_PATH_SIZE];

    scratch_path(*state, "target", target);
    put("", 0);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(session_file_append(path, &made, NULL), ERR_IO);
}

static void print_two(FILE *stream, const void *ctx)
{
    struct session_record made = record(ctx);

    session_record_print(&made, stream);
    made.client_id = "second";
    session_record_print(&made, stream);
}

static void test_replace(void **state)
{
    char folder[SCRATCH_PATH_SIZE];

    scratch_path(*state, "missing/file", folder);
    put("before", 6);
    assert_int_equal(session_file_replace(path, print_two, "first", NULL), 0);
    expect_text(FIRST "20 monitor desk first\n20 monitor desk second\n");
    assert_int_equal(scratch_mode(path), 0600);
    assert_int_equal(session_file_replace(folder, print_two, "first", NULL), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read, set_up, scratch_remove),
        cmocka_unit_test_setup_teardown(test_none, set_up, scratch_remove),
        cmocka_unit_test_setup_teardown(test_other_file, set_up, scratch_remove),
        cmocka_unit_test_setup_teardown(test_cut, set_up, scratch_remove),
        cmocka_unit_test_setup_teardown(test_append, set_up, scratch_remove),
        cmocka_unit_test_setup_teardown(test_append_to_link, set_up, scratch_remove),
        cmocka_unit_test_setup_teardown(test_replace, set_up, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
