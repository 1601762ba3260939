// Commands: queue, take back, look up.
#include "server/api/api_commands.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_once.h"
#include "server/api/api_order.h"
#include "server/api/api_page.h"
#include "server/api/api_recall.h"
#include "server/base/clock.h"
#include "server/command/command_cancel.h"
#include "server/command/command_queue.h"
#include "server/store/command_store.h"

#define LIST_USUAL 100

static void append(const struct command *command, void *ctx)
{
    api_json_append(ctx, api_json_command(command));
}

static json_t *describe_list(const struct command_list *list)
{
    json_t *queued = json_array();

    for (size_t i = 0; i < list->count; i++) {
        struct command command = {.id = list->items[i].id,
            .state = COMMAND_QUEUED,
            .created_at_ms = list->items[i].created_at_ms};

        memcpy(command.mac, list->items[i].mac, sizeof command.mac);
        memcpy(command.name, list->items[i].name, sizeof command.name);
        append(&command, &queued);
    }
    return queued;
}

// An api_once_describe.
static int describe_queued(
    struct store_connection *connection, void *ctx, json_t **out, struct err *err)
{
    const struct command_list *list = ctx;

    (void)connection;
    if (list->count > API_ONCE_ITEMS_MAX)
        return err_set(err, ERR_TOO_LARGE, "too many commands to be told again");
    *out = describe_list(list);
    return 0;
}

static int queue(const struct api *api, const struct api_order *order,
    const struct audit_author *by, struct command_list *list, struct err *err)
{
    struct device_filter filter = {
        .trees = order->filter.trees, .tree_count = order->filter.count, .now_ms = clock_now_ms()};
    struct command_order wish = {
        order->mac[0] != '\0' ? order->mac : NULL, order->name, order->force, &filter, by};
    int rc = command_queue_add(api->store, &wish, list, err);

    if (rc == 0)
        command_dispatch_wake(api->dispatch);
    return rc;
}

void api_commands_add(const struct http_request *request, struct http_response *response, void *ctx)
{
    size_t n;
    const uint8_t *body = http_request_body(request, &n);
    struct command_list list = {0};
    struct api_once_answer answer = {202, describe_queued, &list};
    struct err err = {0};
    struct audit_author by;
    struct api_order order;
    int rc = api_order_decode(body, n, &order, &err);

    api_once_answer_by(request, &answer);
    api_author_of(request, &by);
    if (rc == 0) {
        rc = queue(ctx, &order, &by, &list, &err);
        api_order_clear(&order);
    }
    if (rc == 0)
        api_json_send(response, 202, describe_list(&list));
    else
        api_json_refuse(response, &err);
    command_list_clear(&list);
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

static int add_command(const struct command *command, void *ctx)
{
    struct api_page *page = ctx;
    int rc = api_page_add(page, api_json_command(command));

    if (rc == 0)
        page->at.number = command->id;
    return rc;
}

// By the word that a command shows (command_word()).
static int read_state(const char *text, struct command_store_wish *wish, struct err *err)
{
    if (text == NULL)
        return 0;
    for (int state = 0; state < COMMAND_STATE_COUNT; state++) {
        struct command command = {.state = (enum command_state)state};

        for (int accepted = 0; accepted < 2; accepted++) {
            command.accepted_at_ms = accepted;
            if (strcmp(text, command_word(&command)) != 0)
                continue;
            wish->state = state;
            wish->accepted = state == COMMAND_SENT ? accepted : -1;
            return 0;
        }
    }
    return err_set(err, ERR_INVALID, "\"%.40s\" is no command's state", text);
}

static int read_list(const struct api *api, const struct http_request *request,
    struct api_page *page, struct err *err)
{
    const char *text = http_request_query(request, "mac");
    const char *name = http_request_query(request, "command");
    struct store_connection *connection = NULL;
    char mac[MAC_SIZE];
    struct command_store_wish wish = {
        text != NULL ? mac : NULL, INT64_MAX, -1, -1, name != NULL ? name : "", 0};
    int rc = text != NULL ? api_members_read_mac(text, mac, err) : 0;

    if (rc == 0)
        rc = read_state(http_request_query(request, "state"), &wish, err);
    if (rc == 0)
        rc = api_page_read(request, page, err);
    if (rc == 0)
        rc = store_read_begin(api->store, &connection, err);
    if (rc < 0)
        return rc;
    if (page->limit == 0)
        page->limit = LIST_USUAL;
    if (page->is_next)
        wish.before = page->at.number;
    wish.limit = (int64_t)page->limit + 1;
    rc = command_store_page(connection, &wish, add_command, page, err);
    store_read_end(api->store, connection);
    return rc;
}

void api_commands_list(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    struct api_page page = {.limit = 0};
    struct err err = {0};
    int rc = read_list(ctx, request, &page, &err);

    api_page_send(request, &page, rc, &err, response);
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
