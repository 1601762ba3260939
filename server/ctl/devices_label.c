// `secureesp devices label`.
#include "server/ctl/devices_label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/url.h"

const struct option_rule devices_label_options[] = {
    {"name", OPTION_VALUE, "NAME", "what it is called; \"\": nothing"},
    {"place", OPTION_VALUE, "PLACE", "where it is"},
    {"note", OPTION_VALUE, "TEXT", "what is to be known of it"},
    {"clear", OPTION_FLAG, NULL, "what is not given is taken away"},
    {"force", OPTION_FLAG, NULL, "even if it strands it"},
    {0},
};

static const char *const members[] = {"name", "place", "note"};

// NULL without memory, or if a text is no UTF-8.
static char *make_body(const struct options *options)
{
    bool clears = options_has(options, "clear");
    json_t *body = json_object();
    char *text = NULL;
    int rc = 0;

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *value = options_value(options, members[i]);

        if (value != NULL || clears)
            rc |= json_object_set_new(body, members[i], json_string(value != NULL ? value : ""));
    }
    if (rc == 0)
        text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return text;
}

static bool is_asked(const struct options *options)
{
    bool asked = options_has(options, "clear");

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        asked |= options_value(options, members[i]) != NULL;
    return asked;
}

static void show(const json_t *answer)
{
    const json_t *label = json_object_get(answer, "label");
    const char *mac = field_text(answer, "mac", "-");

    if (!json_is_object(label))
        text_line(stdout, "%s: no label", mac);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (field_has(label, members[i]))
            text_line(stdout, "%s: %s %s", mac, members[i], field_text(label, members[i], ""));
    }
}

void devices_label_show(const json_t *label)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (field_has(label, members[i]))
            text_line(stdout, "%-18s%s", i == 0 ? "label" : members[i],
                field_text(label, members[i], ""));
    }
}

static int ask(const struct subcommand_call *call, const char *path, char *body, struct err *err)
{
    struct client_request request = {.method = "POST",
        .path = path,
        .body = (const uint8_t *)body,
        .size_bytes = strlen(body),
        .type = "application/json"};
    struct client *client;
    json_t *answer = NULL;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = client_call(client, &request, &answer, err);
    client_close(client);
    if (rc < 0)
        return rc;
    if (call->json)
        return output_json(answer, err);
    show(answer);
    json_decref(answer);
    return SUBCOMMAND_OK;
}

int devices_label_run(const struct subcommand_call *call, struct err *err)
{
    char mac[MAC_SIZE];
    struct url url;
    char *body;
    int rc;

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (!is_asked(call->options))
        return subcommand_misuse(err, "give --name, --place or --note, or --clear");
    body = make_body(call->options);
    if (body == NULL)
        return subcommand_misuse(err, "name, place and note are UTF-8");
    url_init(&url, "/api/v1/devices");
    url_segment(&url, mac);
    url_segment(&url, "label");
    if (options_has(call->options, "force"))
        url_query(&url, "force", "1");
    rc = ask(call, url_text(&url), body, err);
    url_clear(&url);
    free(body);
    return rc;
}
