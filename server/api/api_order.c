// The body of POST /commands.
#include "server/api/api_order.h"

#include <stdio.h>

#include <jansson.h>

static int read_order(const json_t *body, struct api_order *order, struct err *err)
{
    const char *to = json_string_value(json_object_get(body, "mac"));
    const char *name = json_string_value(json_object_get(body, "command"));

    if (name == NULL)
        return err_set(err, ERR_INVALID, "the body lacks \"command\"");
    snprintf(order->name, sizeof order->name, "%s", name);
    order->all = to == NULL && json_is_true(json_object_get(body, "all"));
    if (!order->all && (to == NULL || !mac_parse(to, order->mac)))
        return err_set(
            err, ERR_INVALID, "the body needs a MAC address as \"mac\", or \"all\": true");
    return 0;
}

int api_order_decode(const uint8_t *p, size_t n, struct api_order *out, struct err *err)
{
    struct api_order order = {0};
    json_t *body = n > 0 ? json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    int rc = read_order(body, &order, err);

    json_decref(body);
    if (rc < 0)
        return rc;
    *out = order;
    return 0;
}
