// `secureesp status`: the daemon's own state.
#include "server/ctl/status.h"

#include <stdint.h>
#include <stdio.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/present.h"

#define LABEL_WIDTH 28

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
    print_broker(json_object_get(status, "broker"), now_ms);
    printf("%-*s%lld, %lld online\n", LABEL_WIDTH, "devices",
        (long long)field_integer(devices, "total", 0),
        (long long)field_integer(devices, "online", 0));
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
