// Commands: queue, take back, look up.
#include "server/api/api_commands.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_order.h"
#include "server/api/api_recall.h"
#include "server/command/command_cancel.h"
#include "server/store/command_store.h"

#define LIST_MAX 100

static void append(const struct command *command, void *ctx)
{
    api_json_append(ctx, api_json_command(command));
}

void api_commands_add(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    json_t *queued = json_array();
    struct err err = {0};
    struct audit_author by;
    struct api_order order;
    int rc = api_order_decode(body, n, &order, &err);

    if (rc == 0) {
        struct command_order wish = {order.all ? NULL : order.mac, order.name, order.force, &by};

        api_author_of(request, &by);
        rc = command_dispatch_queue(api->dispatch, &wish, append, &queued, &err);
    }
    if (rc == 0) {
        api_json_send(response, 202, queued);
        return;
    }
    json_decref(queued);
    api_json_refuse(response, &err);
}

void api_commands_cancel(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    json_t *cancelled = json_array();
    struct err err = {0};
    struct audit_author by;
    struct api_recall *recall = calloc(1, sizeof *recall);
    int rc = recall != NULL ? api_recall_decode(body, n, recall, &err)
                            : err_set(&err, ERR_NO_MEMORY, "no memory for commands");

    if (rc == 0) {
        struct command_cancel wish = {recall->ids, recall->id_count,
            (const char(*)[MAC_SIZE])recall->macs, recall->mac_count, &by};

        api_author_of(request, &by);
        rc = command_cancel_run(api->store, &wish, append, &cancelled, &err);
    }
    free(recall);
    if (rc == 0) {
        api_json_send(response, 200, cancelled);
        return;
    }
    json_decref(cancelled);
    api_json_refuse(response, &err);
}

static int append_command(const struct command *command, void *ctx)
{
    return json_array_append_new(ctx, api_json_command(command)) < 0 ? ERR_NO_MEMORY : 0;
}

void api_commands_list(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *text = http_request_query(request, "mac");
    struct store_connection *connection = NULL;
    struct err err = {0};
    char mac[MAC_SIZE];
    json_t *list;
    int rc = 0;

    if (text != NULL)
        rc = api_members_read_mac(text, mac, &err);
    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    list = json_array();
    rc = command_store_each(
        connection, text != NULL ? mac : NULL, LIST_MAX, append_command, list, &err);
    store_read_end(api->store, connection);
    if (rc == 0) {
        api_json_send(response, 200, list);
        return;
    }
    json_decref(list);
    api_json_refuse(response, &err);
}

void api_commands_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *text = http_request_segment(request, 0);
    char *end;
    int64_t id = strtoll(text, &end, 10);
    struct store_connection *connection;
    struct command command;
    struct err err = {0};
    int rc = *end == '\0' ? 0 : err_set(&err, ERR_INVALID, "'%s' is not a command number", text);

    if (rc == 0)
        rc = store_read_begin(api->store, &connection, &err);
    if (rc == 0) {
        rc = command_store_get(connection, id, &command, &err);
        store_read_end(api->store, connection);
        if (rc == ERR_NOT_FOUND)
            err_set(&err, rc, "no command %s; 'secureesp command list' shows the newest", text);
    }
    if (rc == 0)
        api_json_send(response, 200, api_json_command(&command));
    else
        api_json_refuse(response, &err);
}
