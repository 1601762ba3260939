// Takes commands back.
#include "server/ctl/command_recall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/mac.h"
#include "server/ctl/client.h"
#include "server/ctl/command_send.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"

// Adds a word to the wish: a MAC, else a command's number.
static int add_word(json_t *ids, json_t *macs, const char *word, struct err *err)
{
    char mac[MAC_SIZE];
    char *end;
    long long id;

    if (mac_parse(word, mac))
        return json_array_append_new(macs, json_string(mac)) < 0
                   ? err_set(err, ERR_NO_MEMORY, "no memory for a request")
                   : 0;
    errno = 0;
    id = strtoll(word, &end, 10);
    if (errno != 0 || end == word || *end != '\0' || word[0] < '0' || word[0] > '9')
        return subcommand_misuse(err, "\"%s\" is neither a command number nor a MAC", word);
    return json_array_append_new(ids, json_integer(id)) < 0
               ? err_set(err, ERR_NO_MEMORY, "no memory for a request")
               : 0;
}

// Those that had ended before are the operator's to know of.
static size_t count_late(const json_t *commands)
{
    size_t late = 0;
    size_t i;
    json_t *command;

    json_array_foreach((json_t *)commands, i, command)
    {
        late += strcmp(field_text(command, "state", ""), "cancelled") != 0;
    }
    return late;
}

static void print_all(const json_t *commands)
{
    size_t i;
    json_t *command;

    json_array_foreach((json_t *)commands, i, command)
    {
        printf("%lld ", (long long)field_integer(command, "id", 0));
        command_send_print(command);
    }
    if (json_array_size(commands) == 0)
        puts("nothing to cancel: no command is queued or sent");
}

static int show(const struct subcommand_call *call, json_t *commands, struct err *err)
{
    size_t count = json_array_size(commands);
    size_t late = count_late(commands);

    if (!call->json)
        print_all(commands);
    else if (output_json(json_incref(commands), err) < 0)
        return SUBCOMMAND_FAILED;
    return late == 0
               ? SUBCOMMAND_OK
               : err_set(err, ERR_CONFLICT, "%zu of %zu commands had already ended", late, count);
}

// Not by present_request(): the exit code depends on the answer with --json, too.
static int post(const struct subcommand_call *call, const char *text, struct err *err)
{
    struct client_request request = {
        .method = "POST",
        .path = "/api/v1/commands/cancel",
        .body = (const uint8_t *)text,
        .size_bytes = strlen(text),
        .type = "application/json",
    };
    struct client *client;
    json_t *answer;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = client_call(client, &request, &answer, err);
    client_close(client);
    if (rc < 0)
        return rc;
    rc = show(call, answer, err);
    json_decref(answer);
    return rc;
}

int command_recall_run(const struct subcommand_call *call, struct err *err)
{
    json_t *ids = json_array();
    json_t *macs = json_array();
    json_t *wish = json_pack("{s:O, s:O}", "ids", ids, "macs", macs);
    char *text = NULL;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < call->options->argument_count; i++)
        rc = add_word(ids, macs, call->options->arguments[i], err);
    if (rc == 0) {
        text = json_dumps(wish, JSON_COMPACT);
        rc = text != NULL ? post(call, text, err)
                          : err_set(err, ERR_NO_MEMORY, "no memory for a request");
    }
    free(text);
    json_decref(wish);
    json_decref(ids);
    json_decref(macs);
    return rc;
}
