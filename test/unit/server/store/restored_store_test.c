// Copies of the database: what is in one, and what becomes of it when it is put back.
#include "server/store/restored_store.h"

#include "server/model/command.h"
#include "server/store/command_store.h"
#include "server/store/store_copy.h"
#include "test/unit/server/store/store_fixture.h"

static bool yes(void *ctx)
{
    if (ctx != NULL)
        ++*(int *)ctx;
    return true;
}

static bool no(void *ctx)
{
    (void)ctx;
    return false;
}

static void make_copy(struct fixture *f, char path[SCRATCH_PATH_SIZE])
{
    struct store_copy_wish wish = {f->path, path, yes, NULL};
    struct err err = {0};

    scratch_path(f->folder, "copy.db", path);
    if (store_copy_make(&wish, &err) < 0)
        fail_msg("%s", err.message);
}

static int add_command(struct store_connection *connection, void *ctx, struct err *err)
{
    return command_store_add(connection, ctx, err);
}

static int64_t order(struct fixture *f, enum command_state state)
{
    struct command command = {.mac = MAC_1, .name = "reboot", .state = state, .created_at_ms = 1};

    fixture_write(f, add_command, &command);
    return command.id;
}

static void a_copy_is_whole_and_marked(void **state)
{
    struct fixture *f = *state;
    struct store_copy_facts facts;
    struct store_copy_wish refused;
    char path[SCRATCH_PATH_SIZE];
    struct err err = {0};

    fixture_add_device(f, MAC_1);
    make_copy(f, path);
    fixture_add_device(f, MAC_2); // it goes on
    assert_int_equal(store_copy_check(path, &facts, &err), 0);
    assert_int_equal(facts.devices, 1);
    assert_int_equal(facts.images, 0);
    assert_true(facts.is_marked);
    assert_int_equal(store_copy_check(f->path, &facts, &err), 0);
    assert_false(facts.is_marked);
    assert_int_equal(scratch_count(f->folder), 4); // with the log and its index, and no others
    scratch_path(f->folder, "other.db", path);
    refused = (struct store_copy_wish){f->path, path, no, NULL};
    assert_int_equal(store_copy_make(&refused, &err), ERR_UNAVAILABLE);
    assert_int_equal(access(path, F_OK), -1);
}

// Statuses come in all the time: they neither wait for the copy nor begin it anew.
static void who_writes_does_not_disturb_it(void **state)
{
    struct fixture *f = *state;
    struct store_copy_facts facts;
    char path[SCRATCH_PATH_SIZE];
    int asked = 0;
    struct store_copy_wish wish = {f->path, path, yes, &asked};
    struct err err = {0};

    // Some ten megabytes, so that it takes several steps.
    fixture_query(f, "CREATE TABLE filler (x BLOB)");
    for (int i = 0; i < 12; i++)
        fixture_query(f, "INSERT INTO filler VALUES (zeroblob(1000000))");
    scratch_path(f->folder, "copy.db", path);
    assert_int_equal(store_copy_make(&wish, &err), 0);
    assert_true(asked >= 2 && asked < 5);
    assert_int_equal(store_copy_check(path, &facts, &err), 0);
}

static bool write_more(void *ctx)
{
    fixture_add_device(ctx, MAC_3);
    return true;
}

static void it_is_of_one_moment(void **state)
{
    struct fixture *f = *state;
    struct store_copy_facts facts;
    char path[SCRATCH_PATH_SIZE];
    struct store_copy_wish wish = {f->path, path, write_more, f};
    struct err err = {0};

    fixture_query(f, "CREATE TABLE filler (x BLOB)");
    for (int i = 0; i < 20; i++)
        fixture_query(f, "INSERT INTO filler VALUES (zeroblob(1000000))");
    scratch_path(f->folder, "copy.db", path);
    assert_int_equal(store_copy_make(&wish, &err), 0);
    assert_int_equal(store_copy_check(path, &facts, &err), 0);
    assert_int_equal(facts.devices, 0);
    assert_true(fixture_is_known(f, MAC_3));
}

static void damage_is_found(void **state)
{
    struct fixture *f = *state;
    struct store_copy_facts facts;
    char path[SCRATCH_PATH_SIZE];
    static uint8_t page[4096];
    FILE *file;

    make_copy(f, path);
    memset(page, 0xa5, sizeof page);
    file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 8192, SEEK_SET), 0);
    assert_int_equal(fwrite(page, 1, sizeof page, file), sizeof page);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(store_copy_check(path, &facts, NULL), ERR_INVALID);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs("no database at all, but a text", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(store_copy_check(path, &facts, NULL), ERR_INVALID);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(store_copy_check(path, &facts, NULL), ERR_IO);
}

static int find_marked(struct fixture *f)
{
    struct store_connection *connection = fixture_read(f);
    bool marked = false;

    assert_int_equal(restored_store_is_marked(connection, &marked, NULL), 0);
    store_read_end(f->store, connection);
    return marked;
}

static int adopt(struct store_connection *connection, void *ctx, struct err *err)
{
    return restored_store_adopt(connection, 5000, ctx, err);
}

// As the daemon does with a copy in its place.
static void put_back(struct fixture *f)
{
    char path[SCRATCH_PATH_SIZE];

    make_copy(f, path);
    fixture_close(f);
    assert_int_equal(rename(path, f->path), 0);
    fixture_open(f);
}

static void it_is_taken_over_once(void **state)
{
    struct fixture *f = *state;
    struct restored_store_facts facts = {0};
    int64_t queued, waiting, done, later;

    fixture_add_device(f, MAC_1);
    queued = order(f, COMMAND_QUEUED);
    waiting = order(f, COMMAND_WAITING);
    done = order(f, COMMAND_DONE);
    fixture_query(f, "INSERT INTO command_payloads VALUES (1, 'sealed')");
    fixture_query(f, "INSERT INTO key_permits VALUES (1, 'me', 1, 0, '', x'01')");
    fixture_query(f, "INSERT INTO key_permits VALUES (2, 'me', 1, 7, 'there', NULL)");
    fixture_query(f, "INSERT INTO enrolment_window VALUES (1, 9000, 'me', 1, 50, 3)");
    fixture_query(f, "UPDATE event_clock SET newest = 41");
    assert_false(find_marked(f));
    put_back(f);
    assert_true(find_marked(f));
    fixture_write(f, adopt, &facts);
    assert_false(find_marked(f));
    assert_int_equal(facts.commands, 2);
    assert_int_equal(facts.made_at_ms, 0);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands WHERE state = 4 AND "
                                      "ended_at_ms = 5000 AND result = 'timeout'"),
        2);
    assert_true(queued != waiting);
    assert_int_equal(fixture_query(f, "SELECT queued + sent FROM devices"), 0);
    assert_int_equal(fixture_query(f, "SELECT state FROM commands WHERE id = 3"), COMMAND_DONE);
    later = order(f, COMMAND_QUEUED);
    assert_true(later > done + 1000000);
    assert_true(fixture_query(f, "SELECT newest FROM event_clock") > 1000000000);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM command_payloads"), 0);
    assert_int_equal(fixture_query(f, "SELECT device FROM key_permits"), 2);
    assert_int_equal(fixture_query(f, "SELECT until_ms FROM enrolment_window"), 0);
}

// A daemon that dies between leaves all as it was, or all done.
static int adopt_and_fail(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = adopt(connection, ctx, err);

    return rc < 0 ? rc : err_set(err, ERR_IO, "on purpose");
}

static void half_of_it_is_nothing(void **state)
{
    struct fixture *f = *state;
    struct restored_store_facts facts = {0};

    fixture_query(f, "UPDATE event_clock SET newest = 41");
    put_back(f);
    assert_int_equal(store_write(f->store, adopt_and_fail, &facts, NULL), ERR_IO);
    assert_true(find_marked(f));
    assert_int_equal(fixture_query(f, "SELECT newest FROM event_clock"), 41);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_copy_is_whole_and_marked),
        TEST(who_writes_does_not_disturb_it),
        TEST(it_is_of_one_moment),
        TEST(damage_is_found),
        TEST(it_is_taken_over_once),
        TEST(half_of_it_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
