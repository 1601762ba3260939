// `secureesp devices watch`.
#include "server/ctl/devices_watch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/ctl/away.h"
#include "server/ctl/client.h"
#include "server/ctl/device_columns.h"
#include "server/ctl/devices.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"

#define INTERVAL_S 2

#define CURSOR_HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"

// What is worth a line. Readings that change with every status are not.
static const char *const members[] = {"online", "reason", "name", "image", "build", "ip", "error",
    "reboots", "shared_identity_at_ms"};

struct watch {
    const struct subcommand_call *call;
    json_t *known; // MAC to device, as last told
    bool drawn;
};

json_t *devices_watch_compare(const json_t *before, const json_t *after)
{
    json_t *changed = json_array();

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json_t *was = json_object_get(before, members[i]);
        const json_t *is = json_object_get(after, members[i]);
        bool same = (was == NULL || json_is_null(was)) && (is == NULL || json_is_null(is));

        if (!same && !json_equal(was, is))
            json_array_append_new(changed, json_string(members[i]));
    }
    return changed;
}

static int print_json(const json_t *device, const json_t *changed, struct err *err)
{
    return output_json(
        json_pack("{s:I, s:s, s:O, s:O}", "at_ms", (json_int_t)clock_system_ms(), "mac",
            field_text(device, "mac", ""), "changed", changed, "device", device),
        err);
}

static int print_line(const json_t *device, const json_t *changed)
{
    char now[CLOCK_TEXT_SIZE];
    size_t i;
    json_t *name;

    clock_format(clock_system_ms(), now);
    printf("%s ", now);
    text_print(stdout, field_text(device, "mac", "-"));
    fputs(field_is_true(device, "online") ? " online" : " offline", stdout);
    json_array_foreach((json_t *)changed, i, name)
    {
        const char *member = json_string_value(name);

        if (strcmp(member, "online") == 0)
            continue;
        field_print_pair(device, member);
    }
    putchar('\n');
    return 0;
}

// Tells what changed since the device was last told of.
static int tell(struct watch *watch, json_t *device, struct err *err)
{
    const char *mac = field_text(device, "mac", "");
    const json_t *before = json_object_get(watch->known, mac);
    json_t *changed = devices_watch_compare(before, device);
    int rc = 0;

    if (changed == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a change");
    if (before == NULL || json_array_size(changed) > 0)
        rc = watch->call->json ? print_json(device, changed, err) : print_line(device, changed);
    json_decref(changed);
    if (rc == 0 && json_object_set(watch->known, mac, device) < 0)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a device");
    return rc;
}

static int tell_all(struct watch *watch, const json_t *devices, struct err *err)
{
    size_t i;
    json_t *device;

    json_array_foreach((json_t *)devices, i, device)
    {
        int rc = tell(watch, device, err);

        if (rc < 0)
            return rc;
    }
    return 0;
}

// Copies as many lines as the screen has room for, each over what stood there.
static void draw_lines(const char *text, size_t rows)
{
    size_t total = 0;
    size_t shown = 0;

    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        total++;
    while (*text != '\0' && (total <= rows || shown + 1 < rows)) {
        const char *end = strchr(text, '\n');

        (void)fwrite(text, 1, (size_t)(end - text), stdout);
        fputs(CLEAR_LINE "\n", stdout);
        text = end + 1;
        shown++;
    }
    if (shown < total)
        printf("... and %zu more" CLEAR_LINE "\n", total - shown);
    fputs(CLEAR_BELOW, stdout);
}

static size_t count_online(const json_t *devices)
{
    size_t i;
    size_t count = 0;
    json_t *device;

    json_array_foreach((json_t *)devices, i, device)
    {
        count += field_is_true(device, "online");
    }
    return count;
}

static int draw(struct watch *watch, const json_t *devices, struct err *err)
{
    struct terminal terminal;
    char now[CLOCK_TEXT_SIZE];
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    struct device_columns columns;
    struct table *table;
    int rc = memory == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for the list") : 0;

    device_columns_usual(&columns);
    table = device_columns_table(&columns, devices, clock_system_ms());
    terminal_describe(STDOUT_FILENO, &terminal); // it may have been resized
    if (rc == 0)
        rc = table_print(table, &terminal, memory, err);
    if (memory != NULL && fclose(memory) != 0 && rc == 0)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for the list");
    if (rc == 0) {
        clock_format(clock_system_ms(), now);
        printf(CURSOR_HOME "%s%s  %zu device%s, %zu online; ^C ends" CLEAR_LINE "\n",
            watch->drawn ? "" : CLEAR_BELOW, now, json_array_size(devices),
            json_array_size(devices) == 1 ? "" : "s", count_online(devices));
        draw_lines(text, terminal.rows > 3 ? terminal.rows - 2 : 1);
        watch->drawn = true;
    }
    free(text);
    table_free(table);
    return rc;
}

// Whether a table is shown, or lines.
static bool draws(const struct subcommand_call *call)
{
    return call->terminal.is_terminal && !call->json;
}

static int look_once(struct watch *watch, struct client *client, const char *path, struct err *err)
{
    struct client_request request = {.method = "GET", .path = path, .is_look = true};
    json_t *devices;
    int rc = client_call(client, &request, &devices, err);

    if (rc < 0)
        return rc;
    rc = draws(watch->call) ? draw(watch, devices, err) : tell_all(watch, devices, err);
    json_decref(devices);
    if (rc == 0 && fflush(stdout) != 0)
        rc = err_set(err, ERR_IO, "cannot write to standard output");
    return rc;
}

static int look(struct watch *watch, struct client *client, const char *path, int64_t interval_s,
    struct err *err)
{
    struct timespec pause = {.tv_sec = (time_t)interval_s};
    struct away away = {0};

    for (;;) {
        int rc = away_judge(&away, look_once(watch, client, path, err), err);

        if (rc < 0)
            return rc;
        nanosleep(&pause, NULL);
    }
}

int devices_watch_run(const struct subcommand_call *call, struct err *err)
{
    static const int64_t range[2] = {1, 3600};
    struct watch watch = {.call = call};
    int64_t interval_s = INTERVAL_S;
    struct url url;
    struct client *client;
    const char *filter;
    size_t cursor = 0;

    if (options_number(call->options, "interval", range, &interval_s, err) < 0)
        return SUBCOMMAND_USAGE;

    int rc = devices_list_path(call->options, &url, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    while ((filter = options_next(call->options, "filter", &cursor)) != NULL)
        url_query(&url, "filter", filter);
    if (draws(call))
        url_query(&url, "marks", "1"); // for the labels
    rc = client_open(call->target, &client, err);
    if (rc == 0) {
        watch.known = json_object();
        rc = look(&watch, client, url_text(&url), interval_s, err);
        json_decref(watch.known);
        client_close(client);
    }
    url_clear(&url);
    return rc;
}
