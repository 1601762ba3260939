// One request, one answer, shown.
#include "server/ctl/present.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/url.h"

static int ask_and_show(const struct subcommand_call *call, struct client *client,
    const struct client_request *request, present_show *show, struct err *err)
{
    json_t *answer;
    int rc = client_call(client, request, &answer, err);

    if (rc < 0)
        return rc;
    rc = show(call, answer, err);
    json_decref(answer);
    return rc;
}

int present_request(const struct subcommand_call *call, const struct client_request *request,
    present_show *show, struct err *err)
{
    struct client *client;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = call->json ? client_stream(client, request, stdout, err)
                    : ask_and_show(call, client, request, show, err);
    client_close(client);
    return rc;
}

int present_check(
    const struct subcommand_call *call, const char *list, const char *name, struct err *err)
{
    struct client_request request = {.method = "GET"};
    struct client *client;
    struct url url;
    json_t *answer;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    url_init(&url, list);
    url_segment(&url, name);
    request.path = url_text(&url);
    rc = client_call(client, &request, &answer, err);
    if (rc == 0)
        json_decref(answer);
    url_clear(&url);
    client_close(client);
    return rc;
}

int present_get(
    const struct subcommand_call *call, const char *path, present_show *show, struct err *err)
{
    struct client_request request = {.method = "GET", .path = path};

    return present_request(call, &request, show, err);
}

int present_post(const struct subcommand_call *call, const char *path, json_t *body,
    present_show *show, struct err *err)
{
    struct client_request request = {.method = "POST", .path = path, .type = "application/json"};
    char *text = json_dumps(body, JSON_COMPACT);
    int rc;

    json_decref(body);
    if (text == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the request");
    request.body = (const uint8_t *)text;
    request.size_bytes = strlen(text);
    rc = present_request(call, &request, show, err);
    explicit_bzero(text, request.size_bytes);
    free(text);
    return rc;
}
