// Whole lists, of what there are not many.
#include "server/api/api_list.h"

#include "server/api/api_json.h"

void api_list_send(
    const struct api *api, api_list_read *read, void *ctx, struct http_response *response)
{
    struct store_connection *connection;
    json_t *list = json_array();
    struct err err = {0};
    int rc = store_read_begin(api->store, &connection, &err);

    if (rc == 0) {
        rc = read(connection, &list, ctx, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0) {
        api_json_send(response, 200, list);
        return;
    }
    json_decref(list);
    if (err.code == 0)
        err_set(&err, rc, "no memory for the list");
    api_json_refuse(response, &err);
}
