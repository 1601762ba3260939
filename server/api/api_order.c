// The body of POST /commands.
#include "server/api/api_order.h"

#include <stdio.h>

#include <jansson.h>

#include "server/api/api_members.h"

static const struct api_member members[] = {
    {"mac", API_MEMBER_TEXT},
    {"all", API_MEMBER_FLAG},
    {"command", API_MEMBER_TEXT},
    {"force", API_MEMBER_FLAG},
    {0},
};

static int read_order(const json_t *body, struct api_order *order, struct err *err)
{
    const char *to = json_string_value(json_object_get(body, "mac"));
    const char *name = json_string_value(json_object_get(body, "command"));

    if (name == NULL)
        return err_set(err, ERR_INVALID, "the body lacks \"command\"");
    snprintf(order->name, sizeof order->name, "%s", name);
    order->all = json_is_true(json_object_get(body, "all"));
    order->force = json_is_true(json_object_get(body, "force"));
    if (order->all && to != NULL)
        return err_set(err, ERR_INVALID, "\"mac\" and \"all\": true exclude each other");
    if (!order->all && (to == NULL || !mac_parse(to, order->mac)))
        return err_set(
            err, ERR_INVALID, "the body needs a MAC address as \"mac\", or \"all\": true");
    return 0;
}

int api_order_decode(const uint8_t *p, size_t n, struct api_order *out, struct err *err)
{
    struct api_order order = {0};
    json_t *body;
    int rc = api_members_read(p, n, members, &body, err);

    if (rc < 0)
        return rc;
    rc = read_order(body, &order, err);
    json_decref(body);
    if (rc < 0)
        return rc;
    *out = order;
    return 0;
}
