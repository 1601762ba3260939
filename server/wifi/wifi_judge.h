#ifndef WIFI_JUDGE_H
#define WIFI_JUDGE_H

#include "server/base/err.h"
#include "server/model/device_record.h"
#include "server/store/store.h"

// Whether a device can be given networks, but for its certificate: it is not revoked, it runs
// firmware of ours, which tells events, and it has no such command in hand. ERR_NOT_FOUND if it is
// unknown, ERR_REVOKED, ERR_CONFLICT, or the store's errors; *out if it is known.
ERR_CHECKED int wifi_judge_device(struct store_connection *connection, const char *mac,
    struct device_record *out, struct err *err);

#endif
