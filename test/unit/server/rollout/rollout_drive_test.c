// A fleet through rollouts: what devices are told, that each step outlasts a daemon that dies
// between any two, and who is offered the image meanwhile.
#include "server/rollout/rollout_advance.h"
#include "server/rollout/rollout_drive.h"

#include <fcntl.h>

#include "server/store/command_store.h"
#include "test/unit/server/rollout/rollout_fixture.h"

static int end_command(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command *end = ctx;
    struct command command;
    int rc = command_store_get(connection, end->id, &command, err);

    command.state = end->state;
    command.sent_at_ms = end->sent_at_ms;
    command.ended_at_ms = clock_now_ms();
    memcpy(command.result, end->result, sizeof command.result);
    return rc < 0 ? rc : command_store_update(connection, &command, err);
}

// It was told that, and it ends so.
static void answer(struct fixture *f, const char *mac, const char *name, const char *result)
{
    struct rollout_device row = row_of(f, "spring", mac);
    struct store_connection *connection = fixture_read(f);
    struct command command = {.id = 0};

    assert_int_equal(command_store_get(connection, row.command_id, &command, NULL), 0);
    store_read_end(f->store, connection);
    assert_string_equal(command.name, name);
    assert_string_equal(command.mac, mac);
    assert_int_equal(command.state, COMMAND_QUEUED);
    command.state = strcmp(result, "ok") == 0 ? COMMAND_DONE : COMMAND_FAILED;
    command.sent_at_ms = clock_now_ms();
    snprintf(command.result, sizeof command.result, "%s", result);
    fixture_write(f, end_command, &command);
}

static const struct rollout_terms usual = {.phases = {{1, false}, {100, true}},
    .phase_count = 2,
    .success = 100,
    .failures = {1, false},
    .timeout_ms = 600000};

static const char *first_mac(struct fixture *f)
{
    static const char *const macs[] = {MAC_1, MAC_2, MAC_3};

    for (size_t i = 0; i < 3; i++) {
        if (row_of(f, "spring", macs[i]).phase == 0)
            return macs[i];
    }
    return NULL;
}

static void a_fleet_climbs_step_by_step(void **state)
{
    struct fixture *f = *state;

    expect_offers(f, "000"); // it is not published
    create(f, "spring", &at_once);
    expect_offers(f, "000"); // it is, and nobody is reached
    drive(f);
    expect_stages(f, "ddd");
    expect_offers(f, "111");
    drive(f); // again, and nothing is told twice
    drive(f);
    assert_int_equal(commands(f), 3);
    answer(f, MAC_1, "firmware", "ok");
    answer(f, MAC_3, "firmware", "ok");
    drive(f);
    drive(f);
    expect_stages(f, "idi");
    answer(f, MAC_1, "flash", "ok");
    answer(f, MAC_3, "flash", "ok");
    report(f, MAC_1, MIDDLE, true); // on its way
    report(f, MAC_3, NEW, true);
    drive(f);
    expect_stages(f, "ddu");
    assert_int_equal(commands(f), 6);
    answer(f, MAC_1, "firmware", "ok");
    answer(f, MAC_2, "firmware", "ok");
    drive(f);
    answer(f, MAC_1, "flash", "ok");
    answer(f, MAC_2, "flash", "ok");
    report(f, MAC_1, NEW, true);
    report(f, MAC_2, NEW, true);
    assert_true(drive(f));
    expect_stages(f, "uuu");
    assert_int_equal(get(f, "spring").state, ROLLOUT_DONE);
    assert_int_equal(commands(f), 8);
    expect_offers(f, "111");
    report(f, "84f3eb000009", MIDDLE, true);
    assert_string_equal(offer(f, "84f3eb000009", MIDDLE), NEW); // the gate has fallen
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE kind = 'rollout'"), 2);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM audit WHERE kind = 'image'"), 1);
}

static void a_failure_pauses_it(void **state)
{
    struct fixture *f = *state;
    const char *mac;

    create(f, "spring", &usual);
    mac = first_mac(f);
    report(f, MAC_1, MIDDLE, true);
    report(f, MAC_2, MIDDLE, true);
    drive(f);
    assert_int_equal(commands(f), 1);
    answer(f, mac, "firmware", "ok");
    drive(f);
    answer(f, mac, "flash", "trial-failed");
    drive(f);
    assert_int_equal(row_of(f, "spring", mac).stage, ROLLOUT_FAILED);
    assert_string_equal(row_of(f, "spring", mac).reason, "flash: trial-failed");
    assert_int_equal(get(f, "spring").state, ROLLOUT_PAUSED);
    assert_string_equal(get(f, "spring").reason, "1 of 1 device has failed");
    expect_offers(f, "000");
    drive(f);
    assert_int_equal(commands(f), 2);
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM events WHERE kind = 'rollout'"), 1);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM audit WHERE verb = 'pause' AND who = 'daemon'"), 1);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RESUME, NULL), 0); // that one is forgiven
    drive(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_RUNNING);
    assert_int_equal(get(f, "spring").phase, 1); // and keeps the others waiting no more
    assert_int_equal(commands(f), 4);
}

// The default phases have no device in the second, of a fleet of 2 to 10.
static void a_phase_without_devices_is_passed(void **state)
{
    static const struct rollout_terms terms = {.phases = {{1, false}, {10, true}, {100, true}},
        .phase_count = 3,
        .success = 100,
        .failures = {1, false},
        .soak_ms = 100000,
        .timeout_ms = 600000};
    struct fixture *f = *state;

    create(f, "spring", &terms);
    drive(f);
    report(f, first_mac(f), NEW, true);
    drive(f);
    assert_int_equal(get(f, "spring").state, ROLLOUT_SOAKING);
    fixture_query(f, "UPDATE rollouts SET soak_at_ms = 1");
    drive(f);
    assert_int_equal(get(f, "spring").phase, 2);
    assert_int_equal(commands(f), 3);
}

static void what_was_not_sent_is_taken_back(void **state)
{
    struct fixture *f = *state;

    create(f, "spring", &at_once);
    drive(f);
    answer(f, MAC_1, "firmware", "ok");
    drive(f);
    expect_stages(f, "idd");
    assert_int_equal(change(f, ROLLOUT_CHANGE_PAUSE, NULL), 0);
    expect_stages(f, "www");
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM commands WHERE state = 0"), 0);
    expect_offers(f, "000");
    drive(f);
    expect_stages(f, "www");
    assert_int_equal(change(f, ROLLOUT_CHANGE_RESUME, NULL), 0);
    drive(f);
    expect_stages(f, "ddd");
    assert_int_equal(change(f, ROLLOUT_CHANGE_ABORT, NULL), 0);
    expect_stages(f, "www");
    drive(f);
    expect_stages(f, "www");
    expect_offers(f, "000");
    assert_int_equal(change(f, ROLLOUT_CHANGE_RESUME, NULL), ERR_CONFLICT);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RETRY, NULL), ERR_CONFLICT);
    assert_int_equal(change(f, ROLLOUT_CHANGE_ABORT, NULL), 0);
    assert_int_equal(withdraw_new(), 0);
    assert_false(get(f, "spring").is_gated); // published again, it is for all
}

static int order_config(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command command = {.mac = MAC_1, .name = "config", .created_at_ms = clock_now_ms()};
    int rc = command_store_add(connection, &command, err);

    *(int64_t *)ctx = command.id;
    return rc;
}

static void an_order_of_somebody_else_goes_first(void **state)
{
    struct fixture *f = *state;
    struct command end = {.state = COMMAND_DONE};

    create(f, "spring", &at_once);
    drive(f);
    answer(f, MAC_1, "firmware", "ok");
    answer(f, MAC_2, "firmware", "ok");
    fixture_write(f, order_config, &end.id);
    drive(f);
    expect_stages(f, "did");
    fixture_write(f, end_command, &end);
    drive(f);
    expect_stages(f, "iid");
}

// Its time zone was removed since it was created: nobody begins, and that is told.
static void without_its_zone_it_waits(void **state)
{
    struct fixture *f = *state;
    struct rollout_look look = {.release = release};

    create(f, "spring", &at_once);
    fixture_query(f, "UPDATE rollouts SET time_window = '00:00-23:59 Europe/Atlantis'");
    fixture_write(f, rollout_drive_run, &look);
    expect_stages(f, "www");
    assert_string_equal(look.blind.name, "spring");
    assert_string_equal(look.blind.terms.window_zone, "Europe/Atlantis");
    fixture_query(f, "UPDATE rollouts SET time_window = ''");
    fixture_write(f, rollout_drive_run, &look);
    expect_stages(f, "ddd");
    assert_int_equal(look.blind.id, 0);
}

// Lines of the log that warn of it.
static int warnings(const char *log)
{
    FILE *file = fopen(log, "r");
    char line[512];
    int count = 0;

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count +=
            strstr(line, "warning rollout: waits name=spring reason=\"time zone Europe/Atlantis"
                         " cannot be read\"") != NULL;
    assert_int_equal(fclose(file), 0);
    return count;
}

static void set_window(struct fixture *f, struct rollout_drive *driver, const char *sql)
{
    fixture_query(f, sql);
    rollout_drive_wake(driver);
}

// A look later, by what it finds.
static void look_again(struct fixture *f, struct rollout_drive *driver, const char *mac)
{
    report(f, mac, NEW, true);
    rollout_drive_wake(driver);
    for (int i = 0; i < 3000 && row_of(f, "spring", mac).stage != ROLLOUT_UPDATED; i++)
        usleep(10000);
    assert_int_equal(row_of(f, "spring", mac).stage, ROLLOUT_UPDATED);
}

static void expect_warnings(const char *log, int expected)
{
    for (int i = 0; i < 3000 && warnings(log) < expected; i++)
        usleep(10000);
    assert_int_equal(warnings(log), expected);
}

// It is told once, not at each look, and once more if the zone is gone again.
static void its_thread_tells_that_it_waits(void **state)
{
    static const char gone[] = "UPDATE rollouts SET time_window = '00:00-23:59 Europe/Atlantis'";
    struct fixture *f = *state;
    int saved = dup(STDERR_FILENO);
    char log[SCRATCH_PATH_SIZE];
    struct rollout_drive *driver;
    int fd;

    scratch_path(f->folder, "log", log);
    fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
    close(fd);
    create(f, "spring", &at_once);
    fixture_query(f, gone);
    assert_int_equal(rollout_drive_start(f->store, release, NULL, &driver, NULL), 0);
    expect_warnings(log, 1);
    look_again(f, driver, MAC_1);
    look_again(f, driver, MAC_2);
    expect_warnings(log, 1);
    set_window(f, driver, "UPDATE rollouts SET time_window = ''");
    for (int i = 0; i < 3000 && commands(f) < 1; i++)
        usleep(10000);
    assert_int_equal(change(f, ROLLOUT_CHANGE_PAUSE, NULL), 0); // the order is taken back
    set_window(f, driver, gone);
    assert_int_equal(change(f, ROLLOUT_CHANGE_RESUME, NULL), 0);
    rollout_drive_wake(driver);
    expect_warnings(log, 2);
    rollout_drive_free(driver);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
}

static void its_thread_does_it(void **state)
{
    struct fixture *f = *state;
    struct rollout_drive *driver;

    assert_int_equal(rollout_drive_start(f->store, release, NULL, &driver, NULL), 0);
    create(f, "spring", &at_once);
    rollout_drive_wake(driver);
    for (int i = 0; i < 3000 && commands(f) < 3; i++)
        usleep(10000);
    assert_int_equal(commands(f), 3);
    report(f, MAC_1, NEW, true);
    report(f, MAC_2, NEW, true);
    report(f, MAC_3, NEW, true);
    report(f, "84f3eb000009", MIDDLE, true);
    for (int i = 0; i < 3000 && offer(f, "84f3eb000009", MIDDLE)[0] == '\0'; i++)
        usleep(10000);
    assert_int_equal(get(f, "spring").state, ROLLOUT_DONE);
    assert_string_equal(offer(f, "84f3eb000009", MIDDLE), NEW); // the gate has fallen
    rollout_drive_free(driver);
}

static void looks_have_their_share(void **state)
{
    static const int64_t rows[][2] = {{0, 1000}, {49, 1000}, {50, 1000}, {51, 1020}, {2999, 59980},
        {3000, 60000}, {900000, 60000}, {INT64_MAX, 60000}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(rollout_drive_pause_ms(rows[i][0]) == rows[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_have_their_share),
        cmocka_unit_test_setup_teardown(a_fleet_climbs_step_by_step, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_pauses_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_phase_without_devices_is_passed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_sent_is_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_order_of_somebody_else_goes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_its_zone_it_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(its_thread_tells_that_it_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(its_thread_does_it, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
