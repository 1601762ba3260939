#ifndef API_OFFER_H
#define API_OFFER_H

#include <jansson.h>

#include "server/api/api.h"
#include "server/base/err.h"

// Sets the member `offer` of a device's page: what it would be sent if it asked now, or why
// nothing. mac: it is known. Reads from the store by itself. ERR_IO, ERR_UNAVAILABLE.
ERR_CHECKED int api_offer_add_to(
    const struct api *api, const char *mac, json_t **object, struct err *err);

#endif
