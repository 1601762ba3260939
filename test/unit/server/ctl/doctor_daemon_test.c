// What is made of what the daemon says, which a thread plays.
#include "test/unit/server/ctl/client_daemon.h"

#include "server/ctl/doctor_daemon.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"
#define BROKER "\"broker\": {\"connected\": true, \"error\": null, \"fault\": null}"
#define DATABASE "\"database\": {\"fault\": null}, \"disk\": {\"low\": false}"
#define REVOCATIONS                                                                                \
    "\"revocations\": {\"number\": 3, \"fault\": null, \"broker\": {\"number\": 3, \"error\": "    \
    "null}}"
#define DEVICES "\"devices\": {\"total\": 2, \"online\": 1}"

static char said[2048];

static void note(const struct doctor_finding *finding, void *ctx)
{
    static const char letters[] = "owF";

    (void)ctx;
    snprintf(said + strlen(said), sizeof said - strlen(said), "%c %s;", letters[finding->level],
        finding->check);
}

// The findings, each as its level's letter and its check.
static void check(const char *folder, const char *reply, const char *expected)
{
    static struct doctor doctor;
    struct daemon daemon;
    struct client_target target = {0};
    struct subcommand_call call = {.target = &target};

    doctor = (struct doctor){.report = note, .daemon_pid = 1};
    said[0] = '\0';
    start(&daemon, folder, reply);
    target.socket = daemon.path;
    doctor_daemon_check(&call, &doctor);
    stop(&daemon);
    assert_string_equal(said, expected);
}

static void test_status(void **state)
{
    check(*state, HEAD "{" BROKER "," DATABASE "," REVOCATIONS "," DEVICES "}",
        "o daemon;o database;o revocation;o devices;");
    check(*state,
        HEAD "{\"broker\": {\"connected\": false}," DATABASE "," REVOCATIONS "," DEVICES "}",
        "F daemon;o database;o revocation;o devices;");
    check(*state,
        HEAD "{\"broker\": {\"connected\": true, \"fault\": \"no plugin\"}," DATABASE
             "," REVOCATIONS "," DEVICES "}",
        "F daemon;o database;o revocation;o devices;");
    check(*state,
        HEAD "{" BROKER ",\"database\": {\"fault\": \"full\"}," REVOCATIONS "," DEVICES "}",
        "o daemon;F database;o revocation;o devices;");
    check(*state, HEAD "{" BROKER ",\"disk\": {\"low\": true}," REVOCATIONS "," DEVICES "}",
        "o daemon;w database;o revocation;o devices;");
    check(*state,
        HEAD "{" BROKER "," DATABASE ",\"revocations\": {\"fault\": \"full\"}," DEVICES "}",
        "o daemon;o database;F revocation;o devices;");
    check(*state,
        HEAD "{" BROKER "," DATABASE
             ",\"revocations\": {\"number\": 3, \"broker\": {\"number\": 2}}," DEVICES "}",
        "o daemon;o database;F revocation;o devices;");
    check(*state, HEAD "{" BROKER "," DATABASE "," DEVICES "}",
        "o daemon;o database;w revocation;o devices;");
    check(*state,
        HEAD "{" BROKER "," DATABASE "," REVOCATIONS "," DEVICES
             ",\"certificates\": {\"server_revoked\": true,"
             "\"devices\": {\"bad\": 1, \"ending\": 1}}}",
        "o daemon;o database;o revocation;F certificates;w devices;w devices;o devices;");
}

static void test_silence(void **state)
{
    check(*state, NULL, "F daemon;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_status, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_silence, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
