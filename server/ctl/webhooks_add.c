// Adds a webhook.
#include "server/ctl/webhooks_add.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/present.h"
#include "server/ctl/secret_file.h"
#include "server/ctl/secret_prompt.h"

#define SECRET_SIZE 128

const struct option_rule webhooks_add_options[] = {
    {"name", OPTION_VALUE, "NAME", "what it is called here (the URL's host)"},
    {"event", OPTION_LIST, "KIND", "only events of that kind; * and ? stand for others"},
    {"filter", OPTION_VALUE, "FILTER", "only of devices that meet it: see FILTERS in secureesp(1)"},
    {"secret", OPTION_VALUE, "FILE",
        "to sign with, whsec_ and base64, in place of one that is made; -: stdin"},
    {0},
};

static int read_secret(const struct subcommand_call *call, json_t *body, struct err *err)
{
    const char *path = options_value(call->options, "secret");
    char secret[SECRET_SIZE] = "";
    int rc;

    if (path == NULL)
        return 0;
    rc = strcmp(path, "-") == 0
             ? secret_prompt_read("secret of the webhook", secret, sizeof secret, err)
             : secret_file_read(path, secret, sizeof secret, err);
    if (rc == 0 && json_object_set_new(body, "secret", json_string(secret)) < 0)
        rc = err_set(err, ERR_INVALID, "the secret has bytes that are no UTF-8");
    explicit_bzero(secret, sizeof secret);
    return rc;
}

static int make_body(const struct subcommand_call *call, json_t *body, struct err *err)
{
    const char *name = options_value(call->options, "name");
    const char *filter = options_value(call->options, "filter");
    json_t *events = json_array();
    size_t cursor = 0;
    const char *event;
    int rc = json_object_set_new(body, "url", json_string(call->options->arguments[0]));

    if (name != NULL)
        rc |= json_object_set_new(body, "name", json_string(name));
    if (filter != NULL)
        rc |= json_object_set_new(body, "filter", json_string(filter));
    while ((event = options_next(call->options, "event", &cursor)) != NULL)
        rc |= json_array_append_new(events, json_string(event));
    rc |= json_object_set_new(body, "events", events);
    if (rc != 0)
        return subcommand_misuse(err, "what is given for a webhook must be UTF-8");
    return read_secret(call, body, err);
}

static int show(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)err;
    text_line(stdout, "%s: added", field_text(answer, "name", "-"));
    if (options_value(call->options, "secret") != NULL)
        return SUBCOMMAND_OK;
    text_line(stdout, "secret: %s", field_text(answer, "secret", "-"));
    text_line(stdout, "keep it: it is not shown again");
    return SUBCOMMAND_OK;
}

int webhooks_add_run(const struct subcommand_call *call, struct err *err)
{
    json_t *body = json_object();
    int rc = make_body(call, body, err);

    if (rc == 0)
        return present_post(call, "/api/v1/webhooks", body, show, err);
    json_decref(body);
    return rc;
}
