// The body of POST /commands.
#include "server/api/api_order.h"

#include <stdio.h>

#include <jansson.h>

#include "server/api/api_members.h"

static const struct api_member members[] = {
    {"mac", API_MEMBER_TEXT},
    {"all", API_MEMBER_FLAG},
    {"filters", API_MEMBER_TEXTS},
    {"command", API_MEMBER_TEXT},
    {"force", API_MEMBER_FLAG},
    {0},
};

static int read_order(const json_t *body, struct api_order *order, struct err *err)
{
    const char *to = json_string_value(json_object_get(body, "mac"));
    const char *name = json_string_value(json_object_get(body, "command"));
    const json_t *filters = json_object_get(body, "filters");

    if (name == NULL)
        return err_set(err, ERR_INVALID, "the body lacks \"command\"");
    snprintf(order->name, sizeof order->name, "%s", name);
    order->all = json_is_true(json_object_get(body, "all"));
    order->force = json_is_true(json_object_get(body, "force"));
    if ((to != NULL) + order->all + (json_array_size(filters) > 0) != 1)
        return err_set(err, ERR_INVALID,
            "the body needs one of a MAC address as \"mac\", \"all\": true, and \"filters\" that "
            "are "
            "not empty");
    if (to != NULL && !mac_parse(to, order->mac))
        return err_set(err, ERR_INVALID, "the body needs a MAC address as \"mac\"");
    return api_filter_add_array(&order->filter, filters, err);
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
    if (rc < 0) {
        api_order_clear(&order);
        return rc;
    }
    *out = order;
    return 0;
}

void api_order_clear(struct api_order *order)
{
    api_filter_clear(&order->filter);
}
