// `secureesp devices tag`, `hold`, `unhold`, `pin`, `unpin`, `channel` and `canary`.
#include "server/ctl/devices_mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/url.h"

const struct option_rule devices_mark_tag_options[] = {
    {"add", OPTION_LIST, "TAG", "give them this tag"},
    {"remove", OPTION_LIST, "TAG", "take this tag from them"},
    {"force", OPTION_FLAG, NULL, "even if it strands them"},
    {0},
};

const struct option_rule devices_mark_hold_options[] = {
    {"reason", OPTION_VALUE, "TEXT", "why, for who meets it"},
    {"force", OPTION_FLAG, NULL, "even if it strands them"},
    {0},
};

const struct option_rule devices_mark_pin_options[] = {
    {"force", OPTION_FLAG, NULL, "even if they are never sent to it"},
    {0},
};

const struct option_rule devices_mark_end_options[] = {
    {"force", OPTION_FLAG, NULL, "even if it strands them"},
    {0},
};

const struct option_rule devices_mark_channel_options[] = {
    {"force", OPTION_FLAG, NULL, "even if it strands them"},
    {0},
};

const struct option_rule devices_mark_canary_options[] = {
    {"off", OPTION_FLAG, NULL, "it is none any more"},
    {"force", OPTION_FLAG, NULL, "even if it strands them"},
    {0},
};

// What is asked for each device.
struct mark {
    const struct subcommand_call *call;
    const char *verb;          // of the path
    const char *parameters[4]; // names and values of the query, NULL behind the last
    char *body;                // or NULL
    void (*show)(const json_t *answer);
};

static int ask(
    const struct mark *mark, struct client *client, const char *mac, json_t **out, struct err *err)
{
    struct client_request request = {.method = "POST",
        .body = (const uint8_t *)mark->body,
        .size_bytes = mark->body != NULL ? strlen(mark->body) : 0,
        .type = "application/json"};
    struct url url;

    url_init(&url, "/api/v1/devices");
    url_segment(&url, mac);
    url_segment(&url, mark->verb);
    for (size_t i = 0; i < 4 && mark->parameters[i] != NULL; i += 2)
        url_query(&url, mark->parameters[i], mark->parameters[i + 1]);
    if (options_has(mark->call->options, "force"))
        url_query(&url, "force", "1");
    request.path = url_text(&url);

    int rc = client_call(client, &request, out, err);

    url_clear(&url);
    return rc;
}

// One after the other: what is done stays done if one is refused.
static int ask_all(
    const struct mark *mark, size_t count, struct client *client, json_t *answers, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        char mac[MAC_SIZE];
        json_t *answer;

        if (subcommand_read_mac(mark->call->options->arguments[i], mac, err) != SUBCOMMAND_OK)
            return SUBCOMMAND_USAGE;

        int rc = ask(mark, client, mac, &answer, err);

        if (rc < 0)
            return count > 1 && strstr(err->message, mac) == NULL
                       ? err_context(err, "device %s", mac)
                       : rc;
        if (!mark->call->json)
            mark->show(answer);
        json_array_append_new(answers, answer);
    }
    return SUBCOMMAND_OK;
}

// All MACs are read before the first is asked for.
static int check_macs(const struct options *options, size_t count, struct err *err)
{
    char mac[MAC_SIZE];

    for (size_t i = 0; i < count; i++) {
        if (subcommand_read_mac(options->arguments[i], mac, err) != SUBCOMMAND_OK)
            return SUBCOMMAND_USAGE;
    }
    return SUBCOMMAND_OK;
}

static int run(const struct mark *mark, size_t count, struct err *err)
{
    json_t *answers;
    struct client *client;
    int rc = check_macs(mark->call->options, count, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = client_open(mark->call->target, &client, err);
    if (rc < 0)
        return rc;
    answers = json_array();
    rc = ask_all(mark, count, client, answers, err);
    client_close(client);
    if (rc == SUBCOMMAND_OK && mark->call->json)
        return output_json(answers, err);
    json_decref(answers);
    return rc;
}

static void print_mac(const json_t *answer)
{
    text_print(stdout, field_text(answer, "mac", "-"));
    fputs(": ", stdout);
}

static void show_tags(const json_t *answer)
{
    const json_t *tags = json_object_get(answer, "tags");
    size_t i;
    json_t *tag;

    print_mac(answer);
    fputs(json_array_size(tags) > 0 ? "tags" : "no tags", stdout);
    json_array_foreach((json_t *)tags, i, tag)
    {
        putchar(' ');
        text_print(stdout, json_string_value(tag));
    }
    putchar('\n');
}

static json_t *list_of(const struct options *options, const char *name)
{
    json_t *list = json_array();
    const char *text;
    size_t cursor = 0;

    while ((text = options_next(options, name, &cursor)) != NULL) {
        if (json_array_append_new(list, json_string(text)) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

// A tag that is both to be given and to be taken; NULL if there is none.
static const char *find_contradiction(const struct options *options)
{
    const char *add;
    size_t i = 0;

    while ((add = options_next(options, "add", &i)) != NULL) {
        const char *remove;
        size_t j = 0;

        while ((remove = options_next(options, "remove", &j)) != NULL) {
            if (strcmp(add, remove) == 0)
                return add;
        }
    }
    return NULL;
}

int devices_mark_run_tag(const struct subcommand_call *call, struct err *err)
{
    struct mark mark = {.call = call, .verb = "tags", .show = show_tags};
    const char *both = find_contradiction(call->options);

    if (both != NULL)
        return subcommand_misuse(err, "\"%.40s\" is both to be added and to be removed", both);

    json_t *body = json_pack("{s:o, s:o}", "add", list_of(call->options, "add"), "remove",
        list_of(call->options, "remove"));

    mark.body = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (mark.body == NULL) // also of a tag that is no UTF-8
        return subcommand_misuse(err, "a tag is made of letters, digits, '.', '_' and '-'");

    int rc = run(&mark, call->options->argument_count, err);

    free(mark.body);
    return rc;
}

static void show_hold(const json_t *answer)
{
    const json_t *hold = json_object_get(answer, "hold");

    print_mac(answer);
    puts(json_is_object(hold) ? "held: nothing is changed on it" : "no longer held");
}

int devices_mark_run_hold(const struct subcommand_call *call, struct err *err)
{
    const char *reason = options_value(call->options, "reason");
    struct mark mark = {.call = call, .verb = "hold", .parameters = {"on", "1"}, .show = show_hold};

    if (reason != NULL) {
        mark.parameters[2] = "reason";
        mark.parameters[3] = reason;
    }
    return run(&mark, call->options->argument_count, err);
}

int devices_mark_run_unhold(const struct subcommand_call *call, struct err *err)
{
    struct mark mark = {.call = call, .verb = "hold", .parameters = {"on", "0"}, .show = show_hold};

    return run(&mark, call->options->argument_count, err);
}

static void show_pin(const json_t *answer)
{
    print_mac(answer);
    if (!field_has(answer, "pin")) {
        puts("not pinned");
        return;
    }
    fputs("does not go beyond ", stdout);
    text_print(stdout, field_text(answer, "pin", "-"));
    putchar('\n');
}

// What is said stands behind the devices.
static int run_said(struct mark *mark, const char *parameter, struct err *err)
{
    size_t count = mark->call->options->argument_count - 1;

    mark->parameters[0] = parameter;
    mark->parameters[1] = mark->call->options->arguments[count];
    return run(mark, count, err);
}

int devices_mark_run_pin(const struct subcommand_call *call, struct err *err)
{
    struct mark mark = {.call = call, .verb = "pin", .show = show_pin};

    return run_said(&mark, "image", err);
}

static void show_channel(const json_t *answer)
{
    print_mac(answer);
    if (field_has(answer, "channel"))
        text_line(stdout, "follows %s", field_text(answer, "channel", "-"));
    else
        puts("follows what its groups do");
}

int devices_mark_run_channel(const struct subcommand_call *call, struct err *err)
{
    struct mark mark = {.call = call, .verb = "channel", .show = show_channel};

    return run_said(&mark, "channel", err);
}

int devices_mark_run_unpin(const struct subcommand_call *call, struct err *err)
{
    struct mark mark = {.call = call, .verb = "pin", .parameters = {"image", ""}, .show = show_pin};

    return run(&mark, call->options->argument_count, err);
}

static void show_canary(const json_t *answer)
{
    print_mac(answer);
    puts(field_is_true(answer, "canary") ? "a canary" : "no canary");
}

int devices_mark_run_canary(const struct subcommand_call *call, struct err *err)
{
    struct mark mark = {.call = call,
        .verb = "canary",
        .parameters = {"on", options_has(call->options, "off") ? "0" : "1"},
        .show = show_canary};

    return run(&mark, call->options->argument_count, err);
}
