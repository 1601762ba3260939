// What is an alert, and what is over; and how many mails an hour.
#include "server/alert/alert_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/alert/alert_bound.h"
#include "server/alert/alert_kind.h"

#define NOW_MS INT64_C(1790000000000)
#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

static const struct alert_facts fine = {.broker_connected = true};

// Writes "kind/subject ..." of what is wrong.
static void expect(const struct alert_facts *facts, const char *expected)
{
    struct alert_list list = {0};
    char text[512] = "";
    size_t n = 0;

    alert_judge_facts(facts, 60000, NOW_MS, &list);
    for (size_t i = 0; i < list.count; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s/%s", i > 0 ? " " : "",
            list.items[i].kind, list.items[i].subject);
    assert_string_equal(text, expected);
    alert_list_clear(&list);
}

static void states_are_judged(void **state)
{
    struct alert_facts facts = fine;

    (void)state;
    expect(&facts, "");
    facts.broker_connected = false;
    facts.broker_since_ms = NOW_MS - 59999;
    expect(&facts, "");
    facts.broker_since_ms = NOW_MS - 60000;
    expect(&facts, "broker-lost/");
    facts = fine;
    facts.disk_low = true;
    snprintf(facts.broker_fault, sizeof facts.broker_fault, "open to everybody");
    expect(&facts, "broker-fault/ disk-low/");
    facts = fine;
    facts.ca_ms = NOW_MS + 21 * DAY_MS + 1;
    facts.server_ms = NOW_MS + 21 * DAY_MS;
    facts.broker_ms = NOW_MS - 1;
    expect(&facts, "certificate-ending/daemon certificate-ending/broker");
    facts.devices_ending = 2;
    expect(
        &facts, "certificate-ending/daemon certificate-ending/broker certificate-ending/devices");
}

static void an_old_backup(void **state)
{
    struct alert_facts facts = fine;

    (void)state;
    facts.backup_ms = NOW_MS - 8 * DAY_MS;
    expect(&facts, "");
    facts.backup_ms--;
    expect(&facts, "backup-old/");
}

// So many refused log-ins so far; what is said of them, or "".
static void refused(struct alert_logins *logins, uint64_t count, int64_t at_ms, const char *detail)
{
    struct alert_facts facts = {.logins_refused = count, .login_address = "2001:db8::1"};
    struct alert_list list = {0};

    alert_judge_logins(&facts, logins, at_ms, &list);
    assert_int_equal(list.count, detail[0] != '\0' ? 1 : 0);
    if (list.count > 0) {
        assert_string_equal(list.items[0].kind, "login-refused");
        assert_string_equal(list.items[0].subject, "");
        assert_string_equal(list.items[0].detail, detail);
    }
    alert_list_clear(&list);
}

static void refused_logins(void **state)
{
    struct alert_logins logins = {0};
    const char *told = "20 within an hour, the last from 2001:db8::1";
    int64_t day_ms = NOW_MS + HOUR_MS + DAY_MS;

    (void)state;
    refused(&logins, 0, NOW_MS, "");
    refused(&logins, 19, NOW_MS + HOUR_MS, "");
    refused(&logins, 38, NOW_MS + HOUR_MS + 1, ""); // another hour
    refused(&logins, 39, NOW_MS + HOUR_MS + 2, told);
    refused(&logins, 500, NOW_MS + HOUR_MS + 3, "");
    refused(&logins, 500, day_ms, "");
    // Once more when that of the day before is over.
    refused(&logins, 520, day_ms + 60001, "");
    refused(&logins, 520, day_ms + 60002, told);
    refused(&logins, 540, day_ms + DAY_MS, "");
}

static void event(const char *kind, const char *result, const char *expected)
{
    struct event it = {.mac = "84f3eb000001", .detail = "why"};
    struct alert_list list = {0};

    snprintf(it.kind, sizeof it.kind, "%s", kind);
    snprintf(it.result, sizeof it.result, "%s", result);
    alert_judge_event(&it, NOW_MS, &list);
    assert_int_equal(list.count, expected != NULL ? 1 : 0);
    if (expected != NULL) {
        assert_string_equal(list.items[0].kind, expected);
        assert_string_equal(list.items[0].subject, "84f3eb000001");
        assert_string_equal(list.items[0].detail, "why");
    }
    alert_list_clear(&list);
}

static void events_are_judged(void **state)
{
    (void)state;
    event("trial", "ok", NULL);
    event("trial", "trial-failed", "device-trial-failed");
    event("shared-identity", "", "device-shared");
    event("limited", "", "device-limited");
    event("enrolment-refused", "", "enrolment-refused");
    event("boot", "ok", NULL);
}

// By what is known, or NULL for all.
static bool is_over_of(const char *kind, const char *subject, const struct alert_facts *facts)
{
    struct alert alert = {.seen_ms = NOW_MS};
    struct alert_list now = {0};
    struct alert_known known = {&now, facts, false};

    snprintf(alert.kind, sizeof alert.kind, "%s", kind);
    snprintf(alert.subject, sizeof alert.subject, "%s", subject);
    return alert_judge_is_over(&alert, &known, NOW_MS);
}

static bool is_over(const char *kind, int64_t seen_ms, bool is_partial)
{
    struct alert alert = {.subject = "x", .seen_ms = seen_ms};
    struct alert_list now = {0};
    struct alert_known known = {&now, NULL, is_partial};
    bool over;

    snprintf(alert.kind, sizeof alert.kind, "%s", kind);
    over = alert_judge_is_over(&alert, &known, NOW_MS);
    alert_list_add(&now, kind, "x", "", NOW_MS);
    assert_false(alert_judge_is_over(&alert, &known, NOW_MS));
    alert_list_clear(&now);
    return over;
}

static void what_is_gone_is_over(void **state)
{
    (void)state;
    assert_true(is_over("disk-low", NOW_MS, false));
    assert_true(is_over("disk-low", NOW_MS, true));
    assert_true(is_over("device-offline", NOW_MS, false));
    assert_false(is_over("device-offline", NOW_MS, true));
    assert_false(is_over("device-shared", NOW_MS - DAY_MS + 1, false));
    assert_true(is_over("device-shared", NOW_MS - DAY_MS, false));
    assert_true(is_over("of another version", NOW_MS, false));
}

// As the daemon that has just started.
static void what_is_not_known_is_not_over(void **state)
{
    struct alert_facts facts = {.broker_since_ms = NOW_MS};

    (void)state;
    assert_false(is_over_of("broker-lost", "", &facts));
    assert_false(is_over_of("broker-fault", "", &facts));
    assert_false(is_over_of("certificate-ending", "CA", &facts));
    assert_false(is_over_of("certificate-ending", "daemon", &facts));
    assert_false(is_over_of("certificate-ending", "broker", &facts));
    assert_false(is_over_of("certificate-ending", "devices", &facts));
    assert_true(is_over_of("disk-low", "", &facts));
    facts = (struct alert_facts){.broker_connected = true,
        .broker_since_ms = NOW_MS - 59999,
        .ca_ms = 1,
        .server_ms = 1,
        .broker_ms = 1,
        .devices = 1};
    assert_true(is_over_of("broker-lost", "", &facts));
    assert_false(is_over_of("broker-fault", "", &facts));
    facts.broker_since_ms = NOW_MS - 60000;
    assert_true(is_over_of("broker-fault", "", &facts));
    assert_true(is_over_of("certificate-ending", "CA", &facts));
    assert_true(is_over_of("certificate-ending", "daemon", &facts));
    assert_true(is_over_of("certificate-ending", "broker", &facts));
    assert_true(is_over_of("certificate-ending", "devices", &facts));
}

static void kinds_are_chosen(void **state)
{
    (void)state;
    assert_true(alert_kind_is_wished("", "disk-low"));
    assert_true(alert_kind_is_wished("disk-low", "disk-low"));
    assert_true(alert_kind_is_wished("broker-* disk-*", "disk-low"));
    assert_false(alert_kind_is_wished("broker-*", "disk-low"));
    assert_true(alert_kind_is_wished("broker-*", "test"));
    for (size_t i = 0; alert_kind_at(i) != NULL; i++) {
        assert_ptr_equal(alert_kind_find(alert_kind_at(i)->name), alert_kind_at(i));
        assert_true(strlen(alert_kind_at(i)->name) < ALERT_KIND_SIZE);
    }
    assert_null(alert_kind_find("nothing"));
}

static void so_many_an_hour(void **state)
{
    struct alert_progress progress = {0};
    int64_t held = 1;

    (void)state;
    assert_true(alert_bound_turn(&progress, NOW_MS, &held));
    assert_int_equal(held, 0);
    assert_true(alert_bound_take(&progress, 2));
    assert_true(alert_bound_take(&progress, 2));
    assert_false(alert_bound_take(&progress, 2));
    assert_false(alert_bound_take(&progress, 2));
    assert_false(alert_bound_turn(&progress, NOW_MS + HOUR_MS - 1, &held));
    assert_false(alert_bound_take(&progress, 2));
    assert_true(alert_bound_turn(&progress, NOW_MS + HOUR_MS, &held));
    assert_int_equal(held, 3);
    assert_true(alert_bound_take(&progress, 2));
    // The clock was set back.
    assert_true(alert_bound_turn(&progress, NOW_MS, &held));
    assert_int_equal(held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_judged),
        cmocka_unit_test(an_old_backup),
        cmocka_unit_test(refused_logins),
        cmocka_unit_test(events_are_judged),
        cmocka_unit_test(what_is_gone_is_over),
        cmocka_unit_test(what_is_not_known_is_not_over),
        cmocka_unit_test(kinds_are_chosen),
        cmocka_unit_test(so_many_an_hour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
