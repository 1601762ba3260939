// Sends commands to devices and waits for what becomes of them.
#include "server/ctl/command_send.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/mac.h"
#include "server/base/clock.h"
#include "server/ctl/client.h"
#include "server/ctl/command_progress.h"
#include "server/ctl/confirm.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/selection.h"

#define WAIT_S 300
#define POLL_MS 500

// A request's outcome, being followed.
struct batch {
    const struct subcommand_call *call;
    struct client *client;
    json_t *filters;  // for those that meet them, or NULL
    json_t *commands; // as last heard of
    size_t refused;   // so many devices got none
    struct command_progress progress;
};

static size_t count_state(const json_t *commands, const char *state)
{
    size_t i;
    size_t count = 0;
    json_t *command;

    json_array_foreach((json_t *)commands, i, command)
    {
        count += strcmp(field_text(command, "state", ""), state) == 0;
    }
    return count;
}

void command_send_print(const json_t *command)
{
    static const char *const members[] = {"result", "image", "step", "detail"};
    int64_t code = field_integer(command, "code", 0);

    text_print(stdout, field_text(command, "mac", "-"));
    putchar(' ');
    text_print(stdout, field_text(command, "command", "-"));
    fputs(": ", stdout);
    text_print(stdout, field_text(command, "state", "-"));
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *text = field_text(command, members[i], "");

        if (text[0] != '\0')
            putchar(' ');
        text_print(stdout, text);
    }
    if (field_is_true(command, "inferred"))
        fputs(" (inferred)", stdout);
    if (code != 0)
        printf(" (%lld)", (long long)code);
    putchar('\n');
    (void)fflush(stdout); // main() asks whether all was written
}

static void print_sent(const json_t *commands)
{
    size_t count = json_array_size(commands);
    const json_t *first = json_array_get(commands, 0);

    if (count == 1) {
        command_send_print(first);
        printf("follow it with `secureesp command show %lld`\n",
            (long long)field_integer(first, "id", 0));
        return;
    }
    printf("%zu commands: %zu sent, %zu queued; follow them with `secureesp command list`\n", count,
        count_state(commands, "sent"), count_state(commands, "queued"));
}

static bool has_ended(const json_t *command)
{
    return command_progress_has_ended(field_text(command, "state", ""));
}

// Asks what became of a command. A daemon that is away comes back: the command is safe with it.
static int refresh(struct batch *batch, size_t i, struct err *err)
{
    const json_t *command = json_array_get(batch->commands, i);
    char path[64];
    struct client_request request = {.method = "GET", .path = path, .is_look = true};
    json_t *now;

    snprintf(
        path, sizeof path, "/api/v1/commands/%lld", (long long)field_integer(command, "id", 0));

    int rc = client_call(batch->client, &request, &now, err);

    if (rc == ERR_UNAVAILABLE)
        return 0;
    if (rc < 0)
        return rc;
    json_array_set_new(batch->commands, i, now);
    return 0;
}

static int refresh_all(struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < json_array_size(batch->commands); i++) {
        if (has_ended(json_array_get(batch->commands, i)))
            continue;

        int rc = refresh(batch, i, err);

        if (rc < 0)
            return rc;
        if (!has_ended(json_array_get(batch->commands, i)))
            continue;
        command_progress_clear(&batch->progress);
        if (!batch->call->json)
            command_send_print(json_array_get(batch->commands, i));
    }
    command_progress_count(&batch->progress, batch->commands);
    command_progress_show(&batch->progress);
    return 0;
}

static int wait_for(struct batch *batch, int64_t wait_s, struct err *err)
{
    struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int64_t end_ms = clock_monotonic_ms() + wait_s * 1000;
    const struct command_progress *progress = &batch->progress;

    command_progress_begin(&batch->progress, batch->call->json);
    command_progress_count(&batch->progress, batch->commands);
    while (progress->open > 0 && clock_monotonic_ms() < end_ms) {
        nanosleep(&pause, NULL);

        int rc = refresh_all(batch, err);

        if (rc < 0)
            return rc;
    }
    command_progress_clear(&batch->progress);
    command_progress_sum_up(&batch->progress);
    if (progress->open > 0)
        err_set(err, ERR_UNAVAILABLE,
            "%zu of %zu commands have not ended after %lld s; they stay in force: follow them with "
            "`secureesp command list`",
            progress->open, progress->total, (long long)wait_s);
    else if (progress->done < progress->total)
        err_set(err, ERR_INVALID, "%zu of %zu commands failed", progress->total - progress->done,
            progress->total);
    return progress->done == progress->total ? SUBCOMMAND_OK : SUBCOMMAND_FAILED;
}

static int post(const struct batch *batch, const char *mac, json_t **out, struct err *err)
{
    const struct options *options = batch->call->options;
    const char *name = options->arguments[options->argument_count - 1];
    json_t *order = mac != NULL ? json_pack("{s:s, s:s}", "mac", mac, "command", name)
                    : batch->filters != NULL
                        ? json_pack("{s:O, s:s}", "filters", batch->filters, "command", name)
                        : json_pack("{s:b, s:s}", "all", 1, "command", name);
    char *text;

    if (options_has(options, "force") && json_object_set_new(order, "force", json_true()) < 0) {
        json_decref(order);
        order = NULL;
    }
    text = json_dumps(order, JSON_COMPACT);

    json_decref(order);
    if (text == NULL) // also for a name that is no UTF-8
        return err_set(err, ERR_INVALID, "\"%s\" is not a command", name);

    struct client_request request = {
        .method = "POST",
        .path = "/api/v1/commands",
        .body = (const uint8_t *)text,
        .size_bytes = strlen(text),
        .type = "application/json",
        .once = true,
    };
    int rc = client_call(batch->client, &request, out, err);

    free(text);
    return rc;
}

// Those that are shut out or held got none. Not a word if that cannot be told.
static void tell_left_out(const struct batch *batch)
{
    static const char *const filters[][2] = {
        {"state=revoked", "revoked"}, {"hold=yes not state=revoked", "held"}};

    for (size_t i = 0; i < 2; i++) {
        int64_t count;

        if (selection_count(batch->client, batch->filters, filters[i][0], &count, NULL) < 0)
            return;
        if (count > 0)
            fprintf(stderr,
                count == 1 ? "%lld %s device is left out\n" : "%lld %s devices are left out\n",
                (long long)count, filters[i][1]);
    }
}

// What the answer is worth: takes over the commands.
static int follow(struct batch *batch, int64_t wait_s, struct err *err)
{
    int code = SUBCOMMAND_OK;

    if (json_array_size(batch->commands) == 0) {
        json_decref(batch->commands);
        return err_set(err, ERR_NOT_FOUND, "there are no devices yet to send it to");
    }
    if (wait_s > 0)
        code = wait_for(batch, wait_s, err);
    if (code == SUBCOMMAND_OK && batch->refused > 0)
        code = err_set(err, ERR_CONFLICT,
            batch->refused == 1 ? "%zu device got no command" : "%zu devices got no command",
            batch->refused);
    if (batch->call->json && output_json(json_incref(batch->commands), err) < 0)
        code = SUBCOMMAND_FAILED;
    if (wait_s == 0 && !batch->call->json)
        print_sent(batch->commands);
    json_decref(batch->commands);
    return code;
}

// Which devices are meant, by filters or all; asks.
static int select_devices(struct batch *batch, struct err *err)
{
    const struct options *options = batch->call->options;
    bool filtered = selection_is_given(options);
    int64_t count = 0;
    int rc = filtered ? selection_read(options, batch->client, &batch->filters, err) : 0;

    if (rc == 0)
        rc = selection_count(batch->client, batch->filters, "", &count, err);
    if (rc < 0)
        return rc;
    return filtered ? confirm_change(batch->call, count, options->arguments[0], err)
                    : confirm_all(batch->call, count, options->arguments[0], err);
}

// To each of several devices. One that is refused does not keep the others from theirs.
static int post_each(struct batch *batch, struct err *err)
{
    const struct options *options = batch->call->options;
    size_t count = options->argument_count - 1;

    batch->commands = json_array();
    for (size_t i = 0; i < count; i++) {
        char mac[MAC_SIZE];
        json_t *commands;
        int rc = subcommand_read_mac(options->arguments[i], mac, err);

        if (rc == SUBCOMMAND_OK)
            rc = post(batch, mac, &commands, err);
        if (rc == SUBCOMMAND_OK) {
            json_array_extend(batch->commands, commands);
            json_decref(commands);
        } else if (count > 1 && (rc == ERR_CONFLICT || rc == ERR_NOT_FOUND)) {
            fprintf(stderr, "%s\n", err->message);
            batch->refused++;
        } else {
            json_decref(batch->commands);
            return rc;
        }
    }
    return 0;
}

static int post_and_follow(struct batch *batch, bool many, int64_t wait_s, struct err *err)
{
    int rc = many ? post(batch, NULL, &batch->commands, err) : post_each(batch, err);

    if (rc < 0)
        return rc;
    if (many)
        tell_left_out(batch);
    return follow(batch, wait_s, err);
}

static int send(const struct subcommand_call *call, bool many, int64_t wait_s, struct err *err)
{
    struct batch batch = {.call = call};
    int rc = client_open(call->target, &batch.client, err);

    if (rc < 0)
        return rc;
    if (many)
        rc = select_devices(&batch, err);
    if (rc == SUBCOMMAND_OK)
        rc = post_and_follow(&batch, many, wait_s, err);
    json_decref(batch.filters);
    client_close(batch.client);
    return rc;
}

// None of them is sent anything if one is none.
static int send_to_macs(const struct subcommand_call *call, int64_t wait_s, struct err *err)
{
    char mac[MAC_SIZE];

    for (size_t i = 0; i + 1 < call->options->argument_count; i++) {
        if (subcommand_read_mac(call->options->arguments[i], mac, err) != SUBCOMMAND_OK)
            return SUBCOMMAND_USAGE;
    }
    return send(call, false, wait_s, err);
}

int command_send_run(const struct subcommand_call *call, struct err *err)
{
    static const int64_t range[2] = {1, 86400};
    const struct options *options = call->options;
    bool all = options_has(options, "all");
    bool filtered = selection_is_given(options);
    int64_t wait_s = options_has(options, "wait") ? WAIT_S : 0;

    if (options_number(options, "wait", range, &wait_s, err) < 0)
        return SUBCOMMAND_USAGE;
    if (all && filtered)
        return subcommand_misuse(err, "--all and a filter exclude each other");
    if ((all || filtered) && options->argument_count != 1)
        return subcommand_misuse(
            err, "%s replaces the MAC; give only the command", all ? "--all" : "a filter");
    if (!all && !filtered && options->argument_count < 2)
        return subcommand_misuse(err, "give MACs, or --all, or --filter, and a command");
    return all || filtered ? send(call, true, wait_s, err) : send_to_macs(call, wait_s, err);
}
