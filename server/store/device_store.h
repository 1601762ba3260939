#ifndef DEVICE_STORE_H
#define DEVICE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/device_record.h"
#include "server/select/select_tree.h"
#include "server/store/store.h"

// Devices. All functions: ERR_IO if the database fails.

// ERR_NOT_FOUND if the device is unknown.
ERR_CHECKED int device_store_get(struct store_connection *connection, const char *mac,
    struct device_record *out, struct err *err);

// Inserts or replaces the whole row. status_json is the last status as received, NULL to leave the
// stored one as it is.
ERR_CHECKED int device_store_put(struct store_connection *connection,
    const struct device_record *device, const char *status_json, struct err *err);

// From here on device_store_put() may hold rows back, so that a device that is put several times is
// written once; the other functions here see them all the same. The writer's connection only.
void device_store_gather(struct store_connection *connection);

// Ends that and writes what is held back. On failure some of it may be written: roll back.
ERR_CHECKED int device_store_settle(struct store_connection *connection, struct err *err);

// Ends that and forgets what is held back, as the transaction is rolled back.
void device_store_forget(struct store_connection *connection);

// The last status as received, or NULL in *out if there was none; the caller frees it.
ERR_CHECKED int device_store_get_status_json(
    struct store_connection *connection, const char *mac, char **out, struct err *err);

// Which devices: members that are 0 or NULL do not filter.
struct device_filter {
    int online;                      // 1: online, -1: offline
    const char *image_glob;          // as in SQLite's GLOB, on the running image
    bool revoked;                    // only those that are
    const struct select_tree *trees; // those that meet all of them
    size_t tree_count;
    int64_t now_ms; // by which the trees' ages count
};

// Whether the filter can be asked: errors of device_where_new(), for who can say nothing any more
// once the first devices are sent.
ERR_CHECKED int device_store_check_filter(
    struct store_connection *connection, const struct device_filter *filter, struct err *err);

// Calls each() for every such device by MAC until it returns non-zero, which is then returned.
ERR_CHECKED int device_store_each(struct store_connection *connection,
    const struct device_filter *filter, int (*each)(const struct device_record *device, void *ctx),
    void *ctx, struct err *err);

// The same, at most `limit` devices with a MAC greater than after ("" for the first page), so that
// a long list can be sent in pieces.
ERR_CHECKED int device_store_page(struct store_connection *connection,
    const struct device_filter *filter, const char *after, int64_t limit,
    int (*each)(const struct device_record *device, void *ctx), void *ctx, struct err *err);

// How many they are.
ERR_CHECKED int device_store_count_filtered(struct store_connection *connection,
    const struct device_filter *filter, int64_t *out, struct err *err);

// Marks every online device with last_seen_ms < seen_before_ms offline (silent).
ERR_CHECKED int device_store_expire(
    struct store_connection *connection, int64_t seen_before_ms, struct err *err);

ERR_CHECKED int device_store_count(
    struct store_connection *connection, int64_t *total, int64_t *online, struct err *err);

// Calls each() for every image that devices report, with how many do.
ERR_CHECKED int device_store_each_image(struct store_connection *connection,
    int (*each)(const char *image, int64_t devices, void *ctx), void *ctx, struct err *err);

// Calls each() for every device that reports the image, by MAC, until it returns non-zero, which is
// then returned.
ERR_CHECKED int device_store_each_running(struct store_connection *connection, const char *image,
    int (*each)(const char *mac, void *ctx), void *ctx, struct err *err);

// Calls each() for every device, by MAC, until it returns non-zero, which is then returned.
ERR_CHECKED int device_store_each_mac(struct store_connection *connection,
    int (*each)(const char *mac, void *ctx), void *ctx, struct err *err);

// Removes a device that nothing refers to any more.
ERR_CHECKED int device_store_remove(
    struct store_connection *connection, const char *mac, struct err *err);

#endif
