// The body of POST /wifi.
#include "server/api/api_wifi_order.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/api/api_members.h"
#include "server/wifi/wifi_order.h"

#define CANARIES_USUAL 1

static const struct api_member members[] = {
    {"macs", API_MEMBER_TEXTS},
    {"all", API_MEMBER_FLAG},
    {"state", API_MEMBER_TEXT},
    {"image", API_MEMBER_TEXT},
    {"filters", API_MEMBER_TEXTS},
    {"networks", API_MEMBER_OBJECTS},
    {"canaries", API_MEMBER_INTEGER},
    {"skip", API_MEMBER_FLAG},
    {0},
};

#define NOT_JSON "the body is not a JSON object" // as api_members_read() says it

static const struct api_member network_members[] = {
    {"ssid", API_MEMBER_TEXT},
    {"password", API_MEMBER_TEXT},
    {0},
};

// Whether it fits.
static bool copy(const char *text, char *out, size_t size)
{
    size_t n = text != NULL ? strlen(text) : size;

    if (n < size)
        memcpy(out, text, n + 1);
    return n < size;
}

static int read_network(const json_t *it, size_t number, struct wifi_network *out, struct err *err)
{
    const char *why = NULL;
    int rc = api_members_check(it, network_members, err);

    if (rc < 0)
        return rc;
    if (!copy(json_string_value(json_object_get(it, "ssid")), out->ssid, sizeof out->ssid))
        why = "it needs an \"ssid\" of at most 32 bytes";
    else if (!copy(json_string_value(json_object_get(it, "password")), out->password,
                 sizeof out->password))
        why = "it needs a \"password\" of at most 64 bytes";
    else
        why = wifi_networks_refuse(out);
    return why == NULL ? 0 : err_set(err, ERR_INVALID, "network %zu: %s", number, why);
}

static int read_networks(const json_t *body, struct api_wifi_order *order, struct err *err)
{
    const json_t *networks = json_object_get(body, "networks");
    size_t count = json_array_size(networks);
    int rc = 0;

    if (count == 0 || count > WIFI_NETWORKS_MAX)
        return err_set(
            err, ERR_INVALID, "give 1 to %d networks with \"networks\"", WIFI_NETWORKS_MAX);
    order->network_count = count;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = read_network(json_array_get(networks, i), i + 1, &order->networks[i], err);
    return rc;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, MAC_SIZE);
}

static int check_once(const struct api_wifi_order *order, struct err *err)
{
    char(*sorted)[MAC_SIZE] = calloc(order->mac_count, MAC_SIZE);
    int rc = 0;

    if (sorted == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an order");
    memcpy(sorted, order->macs, order->mac_count * MAC_SIZE);
    qsort(sorted, order->mac_count, MAC_SIZE, compare);
    for (size_t i = 1; rc == 0 && i < order->mac_count; i++) {
        if (compare(sorted[i - 1], sorted[i]) == 0)
            rc = err_set(err, ERR_INVALID, "device %s is named twice", sorted[i]);
    }
    free(sorted);
    return rc;
}

static int read_macs(const json_t *macs, struct api_wifi_order *order, struct err *err)
{
    size_t count = json_array_size(macs);
    int rc = 0;

    if (count == 0 || count > WIFI_ORDER_DEVICES_MAX)
        return err_set(
            err, ERR_INVALID, "give 1 to %d devices with \"macs\"", WIFI_ORDER_DEVICES_MAX);
    order->macs = calloc(count, MAC_SIZE);
    if (order->macs == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an order");
    order->mac_count = count;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = api_members_read_mac(json_string_value(json_array_get(macs, i)), order->macs[i], err);
    return rc < 0 ? rc : check_once(order, err);
}

static int read_filter(
    const char *state, const char *image, struct api_wifi_order *order, struct err *err)
{
    if (state != NULL && strcmp(state, "online") != 0 && strcmp(state, "offline") != 0)
        return err_set(err, ERR_INVALID, "\"state\" must be online or offline");
    order->online = state == NULL ? 0 : strcmp(state, "online") == 0 ? 1 : -1;
    order->image = image != NULL ? strdup(image) : NULL;
    return image != NULL && order->image == NULL
               ? err_set(err, ERR_NO_MEMORY, "no memory for an order")
               : 0;
}

// To whom: exactly one way to say it, so that nobody reaches every device by a slip.
static int read_devices(const json_t *body, struct api_wifi_order *order, struct err *err)
{
    const json_t *macs = json_object_get(body, "macs");
    const char *state = json_string_value(json_object_get(body, "state"));
    const char *image = json_string_value(json_object_get(body, "image"));
    bool all = json_is_true(json_object_get(body, "all"));
    const json_t *filters = json_object_get(body, "filters");
    bool filtered = state != NULL || image != NULL || json_array_size(filters) > 0;

    if ((macs != NULL) + all + filtered != 1)
        return err_set(err, ERR_INVALID,
            "the body needs one of \"macs\", \"all\": true, and \"state\", \"image\" or "
            "\"filters\"");
    if (macs != NULL)
        return read_macs(macs, order, err);

    int rc = read_filter(state, image, order, err);

    return rc < 0 ? rc : api_filter_add_array(&order->filter, filters, err);
}

static int read_order(const json_t *body, struct api_wifi_order *order, struct err *err)
{
    const json_t *canaries = json_object_get(body, "canaries");
    json_int_t count = canaries != NULL ? json_integer_value(canaries) : CANARIES_USUAL;
    int rc = read_devices(body, order, err);

    if (rc == 0 && (count < 0 || count > WIFI_ORDER_DEVICES_MAX))
        rc = err_set(
            err, ERR_INVALID, "\"canaries\" must be a number from 0 to %d", WIFI_ORDER_DEVICES_MAX);
    if (rc < 0)
        return rc;
    order->canaries = (size_t)count;
    order->skip = json_is_true(json_object_get(body, "skip"));
    return read_networks(body, order, err);
}

int api_wifi_order_decode(const uint8_t *p, size_t n, struct api_wifi_order *out, struct err *err)
{
    struct api_wifi_order order = {0};
    json_t *body = NULL;
    int rc = api_members_read(p, n, members, &body, err);

    // Where it is no JSON, jansson repeats what stands there.
    if (rc < 0 && strncmp(err->message, NOT_JSON, strlen(NOT_JSON)) == 0)
        return err_set(err, rc, NOT_JSON);
    if (rc < 0)
        return rc;
    rc = read_order(body, &order, err);
    json_decref(body);
    if (rc < 0)
        api_wifi_order_clear(&order);
    else
        *out = order;
    explicit_bzero(&order, sizeof order);
    return rc;
}

void api_wifi_order_clear(struct api_wifi_order *order)
{
    free(order->macs);
    free(order->image);
    api_filter_clear(&order->filter);
    explicit_bzero(order, sizeof *order);
}
