#ifndef EFFECT_H
#define EFFECT_H

#include <stdint.h>

#include "common/mac.h"
#include "server/model/device.h"
#include "server/model/event.h"
#include "server/store/store.h"

// What a message changes in the store. Each is a store_job whose ctx is the struct before it.

struct effect_status {
    char mac[MAC_SIZE];
    int64_t at_ms;
    struct device_status status;
    char json[]; // as received
};
ERR_CHECKED int effect_status(struct store_connection *connection, void *ctx, struct err *err);

struct effect_event {
    struct event event;
};
ERR_CHECKED int effect_event(struct store_connection *connection, void *ctx, struct err *err);

struct effect_notice {
    char mac[MAC_SIZE];
    int64_t at_ms;
};
ERR_CHECKED int effect_will(struct store_connection *connection, void *ctx, struct err *err);
ERR_CHECKED int effect_bad_payload(struct store_connection *connection, void *ctx, struct err *err);

struct effect_download {
    char mac[MAC_SIZE];
    int64_t at_ms;
    char file[64]; // a longer name is none that a command asks for
    unsigned status;
    char image[IMAGE_NAME_SIZE];
};
ERR_CHECKED int effect_download(struct store_connection *connection, void *ctx, struct err *err);

#endif
