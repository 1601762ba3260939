// What changes of settings have come to.
#include "server/ctl/settings_diff.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/settings_change.h"
#include "server/ctl/url.h"

static const json_t *find(const json_t *list, const json_t *wanted)
{
    size_t i;
    const json_t *layer;

    json_array_foreach((json_t *)(uintptr_t)list, i, layer)
    {
        if (strcmp(field_text(layer, "scope", ""), field_text(wanted, "scope", "")) == 0 &&
            strcmp(field_text(layer, "name", ""), field_text(wanted, "name", "")) == 0)
            return layer;
    }
    return NULL;
}

static int add(json_t *out, const json_t *layer, const char *member, const json_t *values[2])
{
    json_t *item = json_pack("{s:O, s:O, s:s}", "scope", json_object_get(layer, "scope"), "name",
        json_object_get(layer, "name"), "member", member);
    int rc = item != NULL ? 0 : -1;

    for (size_t i = 0; rc == 0 && i < 2; i++)
        rc = json_object_set_new(item, i == 0 ? "before" : "after",
            values[i] != NULL ? json_deep_copy(values[i]) : json_null());
    return rc < 0 ? -1 : json_array_append_new(out, item);
}

// Of one layer, which one of the two may not have; the members of the second that the first has are
// not looked at twice.
static int compare(json_t *out, const json_t *layer, const json_t *before, const json_t *after)
{
    const json_t *was = json_object_get(before, "patch");
    const json_t *is = json_object_get(after, "patch");
    const char *name;
    const json_t *value;
    int rc = 0;

    json_object_foreach((json_t *)(uintptr_t)was, name, value)
    {
        const json_t *values[2] = {value, json_object_get(is, name)};

        if (rc == 0 && (values[1] == NULL || !json_equal(values[0], values[1])))
            rc = add(out, layer, name, values);
    }
    json_object_foreach((json_t *)(uintptr_t)is, name, value)
    {
        const json_t *values[2] = {NULL, value};

        if (rc == 0 && json_object_get(was, name) == NULL)
            rc = add(out, layer, name, values);
    }
    return rc;
}

json_t *settings_diff_make(const json_t *before, const json_t *after)
{
    json_t *out = json_array();
    size_t i;
    const json_t *layer;
    int rc = out != NULL ? 0 : -1;

    json_array_foreach((json_t *)(uintptr_t)before, i, layer)
    {
        if (rc == 0)
            rc = compare(out, layer, layer, find(after, layer));
    }
    json_array_foreach((json_t *)(uintptr_t)after, i, layer)
    {
        if (rc == 0 && find(before, layer) == NULL)
            rc = compare(out, layer, NULL, layer);
    }
    if (rc == 0)
        return out;
    json_decref(out);
    return NULL;
}

static void print(const json_t *diff)
{
    size_t i;
    const json_t *item;

    json_array_foreach((json_t *)(uintptr_t)diff, i, item)
    {
        const json_t *was = json_object_get(item, "before");
        const json_t *is = json_object_get(item, "after");

        text_print(stdout, field_text(item, "scope", "-"));
        putchar(' ');
        text_print(stdout, field_text(item, "name", ""));
        fputs(field_has(item, "name") ? " " : "", stdout);
        text_print(stdout, field_text(item, "member", "-"));
        fputs(": ", stdout);
        settings_change_print_value(json_is_null(was) ? NULL : was);
        fputs(" -> ", stdout);
        settings_change_print_value(json_is_null(is) ? NULL : is);
        putchar('\n');
    }
}

static int read_at(struct client *client, const char *number, json_t **out, struct err *err)
{
    struct client_request request = {.method = "GET"};
    struct url url;

    url_init(&url, "/api/v1/settings");
    if (number != NULL)
        url_query(&url, "at", number);
    request.path = url_text(&url);

    int rc = client_call(client, &request, out, err);

    url_clear(&url);
    return rc;
}

static int check_numbers(const struct options *options, struct err *err)
{
    for (size_t i = 0; i < options->argument_count; i++) {
        const char *text = options->arguments[i];

        if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
            return subcommand_misuse(err,
                "\"%.40s\" is no change's number; 'secureesp settings history' shows them", text);
    }
    return SUBCOMMAND_OK;
}

int settings_diff_run(const struct subcommand_call *call, struct err *err)
{
    const struct options *options = call->options;
    struct client *client;
    json_t *before = NULL;
    json_t *after = NULL;
    json_t *diff = NULL;
    int rc = check_numbers(options, err);

    if (rc == SUBCOMMAND_OK)
        rc = client_open(call->target, &client, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = read_at(client, options->arguments[0], &before, err);
    if (rc == 0)
        rc = read_at(
            client, options->argument_count > 1 ? options->arguments[1] : NULL, &after, err);
    client_close(client);
    if (rc == 0) {
        diff = settings_diff_make(before, after);
        if (diff == NULL)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for a comparison");
        else if (call->json)
            rc = output_json(json_incref(diff), err);
        else
            print(diff);
    }
    json_decref(before);
    json_decref(after);
    json_decref(diff);
    return rc;
}
