// What Prometheus scrapes: fleet, daemon, and each device if asked.
#include "test/unit/server/api/api_fixture.h"

#include "server/model/role.h"
#include "server/store/alert_store.h"
#include "server/store/device_store.h"
#include "server/store/revocation_store.h"

#define OPEN_METRICS "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n"
#define BOARD_SERIES "secureesp_devices{board=\"BOARD\",image=\"BOARD-1\",state="

#define BUILD_SERIES "\nsecureesp_build_info{version=\"" SECUREESP_VERSION "\"} 1\n"
#define LABELLED_SERIES                                                                            \
    "secureesp_device_info{mac=\"84f3eb000002\",name=\"lab \\\"2\\\"\\\\\\n\",label=\"Back "       \
    "\\\"door\\\"\",place=\"\",board=\"BOARD\","                                                   \
    "image=\"BOARD-1\"} 1\n"

struct some {
    const char *mac, *name, *image;
    bool online;
};

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct some *some = ctx;
    struct device_record device = {.online = some->online, .last_seen_ms = 5500, .reboots = 3};

    snprintf(device.mac, sizeof device.mac, "%s", some->mac);
    snprintf(device.status.name, sizeof device.status.name, "%s", some->name);
    snprintf(device.status.image, sizeof device.status.image, "%s", some->image);
    device.status.has = some->online ? DEVICE_HAS_RSSI | DEVICE_HAS_UPTIME : 0;
    device.status.rssi_dbm = -61;
    device.status.uptime_ms = 90500;
    return device_store_put(connection, &device, NULL, err);
}

static int shut_out(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_revocation revocation = {.revoked_at_ms = 1, .reason = "superseded"};

    snprintf(revocation.mac, sizeof revocation.mac, "%s", (const char *)ctx);
    return revocation_store_put(connection, &revocation, err);
}

static int raise_alert(struct store_connection *connection, void *ctx, struct err *err)
{
    struct alert alert = {.kind = "device-offline"};

    snprintf(alert.subject, sizeof alert.subject, "%s", (const char *)ctx);
    return alert_store_raise(connection, &alert, 1, err);
}

static int start(void **state)
{
    static struct some devices[] = {
        {"84f3eb000001", "cellar", "BOARD-1", true},
        {"84f3eb000002", "lab \"2\"\\\n", "BOARD-1", false},
        {"84f3eb000003", "\xff\xfe", "BOARD-1", true},
        {"84f3eb000004", "", "no image\n\"", false},
    };
    int rc = api_fixture_start(state);
    struct fixture *f = *state;

    for (size_t i = 0; rc == 0 && i < sizeof devices / sizeof devices[0]; i++)
        rc = store_write(f->api.store, put, &devices[i], NULL);
    for (size_t i = 1; rc == 0 && i < 3; i++)
        rc = store_write(f->api.store, raise_alert, (void *)(uintptr_t)devices[i].mac, NULL);
    return rc != 0 ? rc : store_write(f->api.store, shut_out, (void *)"84f3eb000003", NULL);
}

static void expect_lines(struct fixture *f, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strstr(f->answer, lines[i]) == NULL)
            fail_msg("no %s\n%s", lines[i], f->answer);
    }
}

static void test_the_fleet(void **state)
{
    static const char *const lines[] = {
        "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n",
        "# TYPE secureesp_devices gauge\n",
        "\n" BOARD_SERIES "\"online\"} 1\n",
        "\n" BOARD_SERIES "\"offline\"} 1\n",
        "\n" BOARD_SERIES "\"revoked\"} 1\n",
        "\nsecureesp_devices{board=\"\",image=\"no image\\n\\\"\",state=\"offline\"} 1\n",
        "\nsecureesp_commands_open{state=\"queued\"} 0\n",
        "\nsecureesp_rollouts{state=\"running\"} 0\n",
        "\nsecureesp_enrolments{state=\"pending\"} 0\n",
        "\nsecureesp_images{state=\"published\"} 0\n",
        "\nsecureesp_alerts{kind=\"disk-low\"} 0\n",
        "\nsecureesp_alerts{kind=\"device-offline\"} 2\n",
        "\nsecureesp_events_total{kind=\"other\"} 0\n",
        "\nsecureesp_commands_ended_total{command=\"flash\",result=\"ok\"} 0\n",
    };
    struct fixture *f = *state;

    ask(f, "GET", "/metrics", NULL, 0);
    expect_lines(f, lines, sizeof lines / sizeof lines[0]);
    assert_null(strstr(f->answer, "84f3eb")); // per device only if asked
    assert_null(strstr(f->answer, "# EOF"));
}

static void test_the_daemon(void **state)
{
    static const char *const lines[] = {
        "\nsecureesp_broker_connected 0\n",
        "\nsecureesp_broker_fault 0\n",
        "\nsecureesp_database_fault 0\n",
        "\nsecureesp_disk_free_bytes 1000000\n",
        "\nsecureesp_disk_kept_free_bytes 5000\n",
        "\nsecureesp_certificate_not_after_timestamp_seconds{certificate=\"server\"} 0.002\n",
        "\nsecureesp_device_certificate_first_not_after_timestamp_seconds 0.004\n",
        "\nsecureesp_device_certificates 3\n",
        "\nsecureesp_messages_total{kind=\"status\"} 7\n",
        "\nprocess_start_time_seconds ",
        "\nprocess_open_fds ",
        "\nprocess_max_fds ",
        "\nprocess_resident_memory_bytes ",
        "\nprocess_virtual_memory_bytes ",
        "\nprocess_cpu_seconds_total ",
    };
    struct fixture *f = *state;

    f->api.started_ms = 1234567;
    ask(f, "GET", "/metrics", NULL, 0);
    expect_lines(f, lines, sizeof lines / sizeof lines[0]);
    assert_null(strstr(f->answer, "\nprocess_resident_memory_bytes 0\n"));
    assert_null(strstr(f->answer, "\nprocess_virtual_memory_bytes 0\n"));
    assert_non_null(strstr(f->answer, BUILD_SERIES));
    assert_null(strstr(f->answer, "certificate=\"broker\"")); // not known yet
    assert_non_null(strstr(f->answer, "\nprocess_start_time_seconds 1234.567\n"));
}

static void test_each_device(void **state)
{
    static const char *const lines[] = {
        "\nsecureesp_device_info{mac=\"84f3eb000003\",name=\"\xef\xbf\xbd\xef\xbf\xbd\",",
        "\nsecureesp_device_online{mac=\"84f3eb000001\"} 1\n",
        "\nsecureesp_device_online{mac=\"84f3eb000002\"} 0\n",
        "\nsecureesp_device_revoked{mac=\"84f3eb000003\"} 1\n",
        "\nsecureesp_device_last_seen_timestamp_seconds{mac=\"84f3eb000004\"} 5.500\n",
        "\nsecureesp_device_rssi_dbm{mac=\"84f3eb000001\"} -61\n",
        "\nsecureesp_device_uptime_seconds{mac=\"84f3eb000001\"} 90.500\n",
        "\nsecureesp_device_restarts_total{mac=\"84f3eb000001\"} 3\n",
        "\nsecureesp_device_bad_payloads_total{mac=\"84f3eb000001\"} 0\n",
    };
    static const char label[] = "{\"name\": \"Back \\\"door\\\"\"}";
    struct fixture *f = *state;

    ask(f, "POST", "/api/v1/devices/84f3eb000002/label", label, sizeof label - 1);
    ask(f, "GET", "/metrics/devices", NULL, 0);
    expect_lines(f, lines, sizeof lines / sizeof lines[0]);
    assert_non_null(strstr(f->answer, LABELLED_SERIES));
    assert_null(strstr(f->answer, "rssi_dbm{mac=\"84f3eb000002\"}")); // it has not said it
    assert_null(strstr(f->answer, "free_heap_bytes{"));
    ask(f, "GET", "/metrics/devices?filter=name%3Dcellar", NULL, 0);
    expect(f, "filter", 200, "{mac=\"84f3eb000001\"}", "");
    assert_null(strstr(f->answer, "84f3eb000002"));
    ask(f, "GET", "/metrics/devices?filter=name%3D", NULL, 0);
    expect(f, "a bad filter", 400, "\"code\":\"invalid\"", "column");
}

// Many pages, and each family in one piece.
static void test_many_devices(void **state)
{
    struct fixture *f = *state;
    char mac[MAC_SIZE];
    size_t n = 0;

    for (int i = 0; i < 520; i++) {
        snprintf(mac, sizeof mac, "84f3ec%06x", i);
        assert_int_equal(
            store_write(f->api.store, put, &(struct some){mac, "", "", false}, NULL), 0);
    }
    ask(f, "GET", "/metrics/devices?filter=mac%3D84f3ec*", NULL, 0);
    for (const char *p = f->answer; (p = strstr(p, "\nsecureesp_device_online{")) != NULL; p++)
        n++;
    assert_int_equal(n, 520);
    n = 0;
    for (const char *p = f->answer; (p = strstr(p, "# TYPE secureesp_device_online ")) != NULL; p++)
        n++;
    assert_int_equal(n, 1);
}

static void test_open_metrics(void **state)
{
    struct fixture *f = *state;

    api_fixture_headers = OPEN_METRICS;
    ask(f, "GET", "/metrics", NULL, 0);
    expect(f, "fleet", 200, "Content-Type: application/openmetrics-text; version=1.0.0",
        "# TYPE secureesp_events counter\nsecureesp_events_total{");
    expect(f, "fleet", 200, "Vary: Accept\r\n", "\n# EOF\n");
    ask(f, "GET", "/metrics/devices", NULL, 0);
    expect(f, "devices", 200, "Content-Type: application/openmetrics-text; version=1.0.0",
        "} 0\n# EOF\n");
    api_fixture_headers = "";
}

// Whoever may look may scrape, and nobody else.
static void test_the_role(void **state)
{
    struct api_endpoint endpoint;
    size_t found = 0;

    (void)state;
    for (size_t i = 0; api_describe_endpoint(i, &endpoint); i++) {
        if (strncmp(endpoint.route->pattern, "/metrics", 8) != 0)
            continue;
        found++;
        assert_int_equal(endpoint.role, ROLE_VIEWER);
        assert_int_equal(endpoint.route->methods, HTTP_GET);
    }
    assert_int_equal(found, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_fleet),
        cmocka_unit_test(test_the_daemon),
        cmocka_unit_test(test_each_device),
        cmocka_unit_test(test_many_devices),
        cmocka_unit_test(test_open_metrics),
        cmocka_unit_test(test_the_role),
    };

    return cmocka_run_group_tests(tests, start, api_fixture_stop);
}
