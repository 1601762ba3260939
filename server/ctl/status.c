// `secureesp status`: the daemon's own state.
#include "server/ctl/status.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/notice.h"
#include "server/ctl/present.h"

#define LABEL_WIDTH 33
#define DAY_MS ((int64_t)24 * 3600 * 1000)

static void print_broker(const json_t *broker, int64_t now_ms)
{
    char age[TEXT_SHORT_SIZE];
    bool connected = field_is_true(broker, "connected");

    field_age(broker, "since_ms", now_ms, age);
    printf("%-*s", LABEL_WIDTH, "broker");
    text_print(stdout, field_text(broker, "host", "-"));
    printf(":%lld %s for %s", (long long)field_integer(broker, "port", 0),
        connected ? "connected" : "NOT CONNECTED", age);
    if (field_has(broker, "error")) {
        fputs(": ", stdout);
        text_print(stdout, field_text(broker, "error", "-"));
    }
    if (field_has(broker, "fault")) {
        fputs(connected ? ", BUT " : "; ", stdout);
        text_print(stdout, field_text(broker, "fault", "-"));
    }
    putchar('\n');
}

static void print_database(const json_t *database)
{
    printf("%-*s", LABEL_WIDTH, "database");
    if (field_has(database, "fault")) {
        fputs("CANNOT BE WRITTEN: ", stdout);
        text_print(stdout, field_text(database, "fault", "-"));
        putchar('\n');
    } else {
        puts("writable");
    }
}

static void print_revocations(const json_t *revocations, const json_t *devices)
{
    const json_t *broker = json_object_get(revocations, "broker");
    int64_t number = field_integer(revocations, "number", 0);

    printf("%-*sdevices %lld; list %lld, entries %lld; ", LABEL_WIDTH, "revoked",
        (long long)field_integer(devices, "revoked", 0), (long long)number,
        (long long)field_integer(revocations, "entries", 0));
    if (field_has(revocations, "fault")) {
        fputs("CANNOT BE WRITTEN: ", stdout);
        text_print(stdout, field_text(revocations, "fault", "-"));
    } else if (!field_has(broker, "number")) {
        fputs("the broker has not said whether it uses it", stdout);
    } else if (field_integer(broker, "number", 0) >= number && !field_has(broker, "error")) {
        fputs("the broker uses it", stdout);
    } else {
        printf("THE BROKER USES LIST %lld", (long long)field_integer(broker, "number", 0));
        if (field_has(broker, "error")) {
            fputs(": ", stdout);
            text_print(stdout, field_text(broker, "error", "-"));
        }
    }
    putchar('\n');
    if (!field_has(revocations, "at_start"))
        return;
    printf("%-*s", LABEL_WIDTH, "at this start");
    text_print(stdout, field_text(revocations, "at_start", "-"));
    putchar('\n');
}

static void print_window(const json_t *enrolment, int64_t now_ms)
{
    int64_t until_ms = field_integer(enrolment, "open_until_ms", 0);
    int64_t at_most = field_integer(enrolment, "open_at_most", 0);
    int64_t let_in = field_integer(enrolment, "open_let_in", 0);
    char left[TEXT_SHORT_SIZE];

    if (until_ms <= now_ms)
        return;
    text_age(until_ms - now_ms, left);
    if (let_in < at_most)
        printf(", OPEN TO EVERYBODY for %s, %lld of %lld let in", left, (long long)let_in,
            (long long)at_most);
    else
        printf(", closed again: it has let in %lld, which is all that it may", (long long)let_in);
}

static void print_enrolment(const json_t *enrolment, int64_t now_ms)
{
    if (!json_is_object(enrolment))
        return;
    printf("%-*s", LABEL_WIDTH, "enrolment");
    if (!field_is_true(enrolment, "on")) {
        puts("off");
        return;
    }
    fputs("policy ", stdout);
    text_print(stdout, field_text(enrolment, "policy", "-"));
    print_window(enrolment, now_ms);
    printf("; %lld waiting, %lld registered, %lld approved, %lld enrolled\n",
        (long long)field_integer(enrolment, "pending", 0),
        (long long)field_integer(enrolment, "listed", 0),
        (long long)field_integer(enrolment, "approved", 0),
        (long long)field_integer(enrolment, "enrolled", 0));
}

static void print_rollouts(const json_t *rollouts)
{
    size_t i;
    json_t *rollout;

    if (field_integer(rollouts, "running", 0) > 0)
        printf("%-*s%lld under way\n", LABEL_WIDTH, "rollouts",
            (long long)field_integer(rollouts, "running", 0));
    json_array_foreach(json_object_get(rollouts, "paused"), i, rollout)
    {
        printf("%-*sPAUSED: ", LABEL_WIDTH, "rollout");
        text_print(stdout, field_text(rollout, "name", "-"));
        fputs(": ", stdout);
        text_print(stdout, field_text(rollout, "reason", "-"));
        putchar('\n');
    }
}

static void print_alerts(const json_t *status)
{
    int64_t count = field_integer(status, "alerts", 0);

    if (count > 0)
        printf("%-*s%lld (secureesp alerts list)\n", LABEL_WIDTH, "alerts", (long long)count);
}

static void print_disk(const json_t *disk)
{
    if (!json_is_object(disk))
        return;

    bool low = field_is_true(disk, "low");

    printf("%-*s%s%lld MB free, %lld MB kept free%s\n", LABEL_WIDTH, "disk",
        low ? "NEARLY FULL: " : "", (long long)field_integer(disk, "free_bytes", 0) / 1000000,
        (long long)field_integer(disk, "kept_free_bytes", 0) / 1000000,
        low ? ": history stops until there is room" : "");
}

// When a certificate ends: "ends in 3650 days", with ends "ends ", which is louder when
// that is soon.
static void print_left(const char *ends, int64_t end_ms, int64_t now_ms)
{
    if (end_ms < now_ms)
        printf("EXPIRED %lld days ago", (long long)((now_ms - end_ms) / DAY_MS));
    else if (ends[0] != '\0' && end_ms - now_ms <= NOTICE_DAYS * DAY_MS)
        printf("%sIN %lld DAYS, and nobody has renewed it", ends,
            (long long)((end_ms - now_ms) / DAY_MS));
    else
        printf("%sin %lld days", ends, (long long)((end_ms - now_ms) / DAY_MS));
}

static void print_end(const json_t *object, const char *member, const char *label, int64_t now_ms)
{
    printf("%-*s", LABEL_WIDTH, label);
    if (strcmp(member, "server_not_after_ms") == 0 && field_is_true(object, "server_revoked")) {
        fputs("REVOKED (serial ", stdout);
        text_print(stdout, field_text(object, "server_serial", "-"));
        fputs("): issue another with 'secureesp pki server', and reload; ", stdout);
    }
    if (field_has(object, member))
        print_left("ends ", field_integer(object, member, 0), now_ms);
    else
        putchar('-');
    putchar('\n');
}

// What those compare who log in from elsewhere.
static void print_operator(const json_t *operator)
{
    if (!field_has(operator, "fingerprint"))
        return;
    printf("%-*s", LABEL_WIDTH, "key that operators are shown");
    text_line(stdout, "%s", field_text(operator, "fingerprint", "-"));
}

static void print_certificates(const json_t *certificates, const json_t *operator, int64_t now_ms)
{
    const json_t *devices = json_object_get(certificates, "devices");
    int64_t end_ms = field_integer(devices, "first_not_after_ms", 0);

    print_end(certificates, "ca_not_after_ms", "certificate of the CA", now_ms);
    print_end(certificates, "server_not_after_ms", "certificate of this server", now_ms);
    print_operator(operator);
    print_end(certificates, "broker_not_after_ms", "certificate of the broker", now_ms);
    printf("%-*s%lld, %lld unusable, %lld end within 30 days", LABEL_WIDTH,
        "certificates of devices", (long long)field_integer(devices, "total", 0),
        (long long)field_integer(devices, "bad", 0),
        (long long)field_integer(devices, "ending", 0));
    if (field_has(devices, "first_mac")) {
        fputs("; first ", stdout);
        text_print(stdout, field_text(devices, "first_mac", "-"));
        putchar(' ');
        print_left("", end_ms, now_ms);
    }
    putchar('\n');
}

static void print_counters(json_t *counters)
{
    const char *name;
    json_t *value;

    json_object_foreach(counters, name, value)
    {
        char text[TEXT_SHORT_SIZE];

        field_number(counters, name, text);
        size_t width = text_width(name);

        text_print(stdout, name);
        printf("%*s %s\n", width + 1 < LABEL_WIDTH ? (int)(LABEL_WIDTH - 1 - width) : 0, "", text);
    }
}

static int show_status(const struct subcommand_call *call, const json_t *status, struct err *err)
{
    const json_t *devices = json_object_get(status, "devices");
    int64_t now_ms = clock_system_ms();
    char text[TEXT_SHORT_SIZE];

    (void)call;
    (void)err;
    printf("%-*s", LABEL_WIDTH, "version");
    text_print(stdout, field_text(status, "version", "-"));
    field_age(status, "started_at_ms", now_ms, text);
    printf("\n%-*s%s ago\n", LABEL_WIDTH, "started", text);
    print_alerts(status);
    print_broker(json_object_get(status, "broker"), now_ms);
    print_database(json_object_get(status, "database"));
    print_disk(json_object_get(status, "disk"));
    printf("%-*s%lld, %lld online\n", LABEL_WIDTH, "devices",
        (long long)field_integer(devices, "total", 0),
        (long long)field_integer(devices, "online", 0));
    print_rollouts(json_object_get(status, "rollouts"));
    print_enrolment(json_object_get(status, "enrolment"), now_ms);
    print_revocations(json_object_get(status, "revocations"), devices);
    print_certificates(
        json_object_get(status, "certificates"), json_object_get(status, "operator"), now_ms);
    print_counters(json_object_get(status, "counters"));
    return SUBCOMMAND_OK;
}

static int run_status(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/status", show_status, err);
}

const struct subcommand status_subcommands[] = {
    {"status", NULL, "[--json]", "show the daemon's state", NULL, 0, 0, run_status},
    {0},
};
