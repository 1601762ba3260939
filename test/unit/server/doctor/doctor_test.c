// What the checks decide, and what they read.
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/doctor/doctor.h"
#include "server/doctor/doctor_backup.h"
#include "server/doctor/doctor_machine.h"
#include "server/doctor/doctor_mqtt.h"
#include "server/doctor/doctor_pki.h"
#include "server/doctor/doctor_service.h"
#include "test/unit/server/base/scratch.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static void test_config(void **state)
{
    static struct doctor_config config;

    (void)state;
    doctor_config_read("", &config);
    assert_string_equal(config.state_dir, "/var/lib/secureesp");
    assert_string_equal(config.ca, "/etc/secureesp/pki/ca.crt");
    assert_string_equal(config.mqtt_host, "localhost");
    assert_string_equal(config.download_server, "");
    assert_string_equal(config.mail_to, "");
    assert_string_equal(config.sendmail, "/usr/sbin/sendmail");
    assert_int_equal(config.port, 8443);
    assert_int_equal(config.download_port, 8443);
    assert_int_equal(config.mqtt_port, 8883);
    assert_int_equal(config.max_connections, 1000);
    doctor_config_read(
        "[tls]\nca = /x/ca.crt\n[download]\nport = 1\nmax_connections = 5x\n[mqtt]\n"
        "port = 2\n[config.json]\ndownloadserver = h\nmqttport = 3\n[alerts]\nmail_to = a@b c@d\n",
        &config);
    assert_string_equal(config.mail_to, "a@b c@d");
    assert_string_equal(config.ca, "/x/ca.crt");
    assert_string_equal(config.download_server, "h");
    assert_int_equal(config.download_port, 1);
    assert_int_equal(config.mqtt_port, 3);
    assert_int_equal(config.max_connections, 1000); // what is no number
}

static void test_broker(void **state)
{
    static struct doctor_broker broker;
    static const char text[] = "# listener 1\n"
                               "listener 8883 127.0.0.1  \r\n"
                               "cafile \t/x/ca.crt\n"
                               "plugin /usr/lib/secureesp/secureesp_broker.so\n"
                               "require_certificate true\n"
                               "allow_anonymous false\n"
                               "max_connections 20000\n"
                               "include_dir";

    (void)state;
    broker = (struct doctor_broker){.max_connections = -1};
    doctor_broker_read(text, &broker);
    assert_string_equal(broker.listeners, "8883 127.0.0.1");
    assert_string_equal(broker.ca, "/x/ca.crt");
    assert_string_equal(broker.include_dir, "");
    assert_true(broker.loads_plugin && broker.requires_certificate && !broker.allows_anonymous);
    assert_int_equal(broker.max_connections, 20000);
    // The next file's.
    doctor_broker_read("port 1883\nallow_anonymous true\nplugin /x/other.so\n", &broker);
    assert_int_equal(broker.listener_count, 2);
    assert_string_equal(broker.listeners, "8883 127.0.0.1, 1883");
    assert_true(broker.loads_plugin && broker.allows_anonymous);
    broker = (struct doctor_broker){0};
    doctor_broker_read("plugin /x/secureesp_broker.so.old\n", &broker);
    assert_false(broker.loads_plugin);
}

static void test_judge(void **state)
{
    const uint64_t mb = 1 << 20;

    (void)state;
    assert_int_equal(doctor_pki_judge_end(0, 1), DOCTOR_FAIL);
    assert_int_equal(doctor_pki_judge_end(1, 1), DOCTOR_WARN);
    assert_int_equal(doctor_pki_judge_end(30 * DAY_MS - 1, 0), DOCTOR_WARN);
    assert_int_equal(doctor_pki_judge_end(30 * DAY_MS, 0), DOCTOR_OK);

    assert_int_equal(doctor_machine_judge_disk(16 * mb - 1, 100 * mb), DOCTOR_FAIL);
    assert_int_equal(doctor_machine_judge_disk(16 * mb, 100 * mb), DOCTOR_OK); // a small disk
    assert_int_equal(doctor_machine_judge_disk(1000 * mb, 100000 * mb), DOCTOR_WARN);
    assert_int_equal(doctor_machine_judge_disk(1024 * mb, 100000 * mb), DOCTOR_OK);
    assert_int_equal(doctor_machine_judge_disk(1000 * mb, 10000 * mb), DOCTOR_OK);
}

static void test_limit(void **state)
{
    (void)state;
    assert_int_equal(doctor_service_parse_limit("Max processes 1\nMax open files            1024   "
                                                "              4096                 files\n"),
        1024);
    assert_true(doctor_service_parse_limit("Max open files   unlimited  4096\n") == INT64_MAX);
    assert_int_equal(doctor_service_parse_limit("Max open files"), -1);
    assert_int_equal(doctor_service_parse_limit(""), -1);
    assert_int_equal(doctor_service_judge_limit(-1, 10), DOCTOR_FAIL);
    assert_int_equal(doctor_service_judge_limit(4, 10), DOCTOR_FAIL);
    assert_int_equal(doctor_service_judge_limit(5, 10), DOCTOR_WARN);
    assert_int_equal(doctor_service_judge_limit(9, 10), DOCTOR_WARN);
    assert_int_equal(doctor_service_judge_limit(10, 10), DOCTOR_OK);
}

static void test_mqtt(void **state)
{
    static const uint8_t expected[] = {
        0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 10, 0, 3, 'a', 'b', 'c'};
    static const uint8_t answer[] = {0x20, 2, 0, 5};
    uint8_t out[DOCTOR_MQTT_CONNECT_MAX];
    char id[200];

    (void)state;
    assert_int_equal(doctor_mqtt_connect("abc", out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
    memset(id, 'x', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    assert_int_equal(doctor_mqtt_connect(id, out), 114);
    assert_int_equal(out[1], 112);

    assert_int_equal(doctor_mqtt_answer(answer, 4), 5);
    for (size_t n = 0; n < 4; n++)
        assert_int_equal(doctor_mqtt_answer(answer, n), -1);
    assert_int_equal(doctor_mqtt_answer((const uint8_t *)"HTTP", 4), -1);
    assert_int_equal(doctor_mqtt_answer((const uint8_t[]){0x20, 3, 0, 0}, 4), -1);
}

static size_t told;

static void count(const struct doctor_finding *finding, void *ctx)
{
    (void)ctx;
    told++;
    assert_int_equal(finding->level, DOCTOR_FAIL);
    assert_string_equal(finding->text, "7 of it");
    assert_string_equal(finding->fix, "100%");
}

static void test_say(void **state)
{
    static struct doctor doctor = {.report = count};

    (void)state;
    doctor_say(&doctor, DOCTOR_FAIL, "check", "100%", "%d of it", 7);
    assert_int_equal(told, 1);
    assert_int_equal(doctor.counts[DOCTOR_FAIL], 1);
    assert_int_equal(doctor.counts[DOCTOR_OK], 0);
}

static struct doctor_finding last;

static void keep(const struct doctor_finding *finding, void *ctx)
{
    (void)ctx;
    last = *finding;
}

static void test_backup(void **state)
{
    static const struct {
        struct doctor_backup_facts facts; // in days
        enum doctor_level level;
        const char *text;
        const char *fix;
    } rows[] = {
        {{0, false, 0}, DOCTOR_WARN, "none is made by itself", "enable --now secureesp-backup.ti"},
        {{0, true, 92}, DOCTOR_OK, "none yet", ""},
        {{0, true, 91}, DOCTOR_WARN, "none in /var/lib/secureesp-backup of the", "journalctl -u"},
        {{0, true, 0}, DOCTOR_WARN, "of the last 8 days", "journalctl -u"},
        {{92, true, 1}, DOCTOR_OK, "is 8 days old", ""},
        {{91, true, 1}, DOCTOR_WARN, "of the last 8 days", "journalctl -u"},
        {{99, true, 1}, DOCTOR_OK, "is 1 day old", ""},
        {{91, true, 95}, DOCTOR_OK, "is 9 days old", ""}, // the timer was off
        {{50, false, 0}, DOCTOR_OK, "is 50 days old", ""},
    };
    static struct doctor doctor = {.report = keep};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct doctor_backup_facts facts = rows[i].facts;

        facts.newest_ms *= DAY_MS;
        facts.since_ms *= DAY_MS;
        doctor_backup_judge(&facts, 100 * DAY_MS, &doctor);
        assert_string_equal(last.check, "backup");
        assert_int_equal(last.level, rows[i].level);
        assert_non_null(strstr(last.text, rows[i].text));
        assert_non_null(strstr(last.fix, rows[i].fix));
    }
}

static void put_file(const char *folder, const char *name, time_t written)
{
    const struct timespec times[] = {{.tv_sec = written}, {.tv_sec = written}};
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0600, NULL), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_backup_find(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    int64_t newest_ms = 1;

    scratch_path(*state, "none", path);
    assert_true(doctor_backup_find(path, &newest_ms));
    assert_int_equal(newest_ms, 0);
    put_file(*state, "secureesp-20260101T000000Z.tar", 100);
    put_file(*state, "secureesp-20260102T000000Z.tar.age", 300);
    put_file(*state, "secureesp-20260103T000000Z.tar", 200);
    put_file(*state, "secureesp-20260104T000000Z.tar.x.tmp", 400); // it is being written
    put_file(*state, "other.tar", 500);
    assert_true(doctor_backup_find(*state, &newest_ms));
    assert_int_equal(newest_ms, 300000);
    scratch_path(*state, "other.tar", path);
    assert_false(doctor_backup_find(path, &newest_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_broker),
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_mqtt),
        cmocka_unit_test(test_say),
        cmocka_unit_test(test_backup),
        cmocka_unit_test_setup_teardown(test_backup_find, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
