#ifndef METRICS_STORE_H
#define METRICS_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/command.h"
#include "server/model/event.h"
#include "server/model/image.h"
#include "server/model/rollout.h"
#include "server/store/store.h"

// How many there are of what, for who watches the fleet from afar: read from indexes alone, or from
// few rows. All: ERR_IO if the database fails; each() is called until it returns non-zero, which is
// then returned.

// Devices by what they run ("": they have not said), and whether they are online. The second form:
// of these, those that are revoked.
struct metrics_store_devices {
    char image[IMAGE_NAME_SIZE];
    bool online;
    int64_t count;
};
typedef int metrics_store_each_devices(const struct metrics_store_devices *devices, void *ctx);
ERR_CHECKED int metrics_store_each_image(struct store_connection *connection,
    metrics_store_each_devices *each, void *ctx, struct err *err);
ERR_CHECKED int metrics_store_each_revoked(struct store_connection *connection,
    metrics_store_each_devices *each, void *ctx, struct err *err);

// Events whose ids are larger than range[0], up to range[1], by kind.
ERR_CHECKED int metrics_store_each_kind(struct store_connection *connection, const int64_t range[2],
    int (*each)(const char *kind, int64_t count, void *ctx), void *ctx, struct err *err);

// The largest id of a command; 0: there is none.
ERR_CHECKED int metrics_store_newest_command(
    struct store_connection *connection, int64_t *out, struct err *err);

// The commands whose ids are larger, by id: of each only what stands here.
struct metrics_store_command {
    int64_t id;
    char name[TOPIC_COMMAND_MAX + 1];
    enum command_state state;
    char result[COMMAND_RESULT_SIZE];
    int64_t ended_at_ms;
};
ERR_CHECKED int metrics_store_each_command(struct store_connection *connection, int64_t after,
    int (*each)(const struct metrics_store_command *command, void *ctx), void *ctx,
    struct err *err);

// How many of these there are, by enum; of the commands those that have not ended.
struct metrics_store_counts {
    int64_t commands[COMMAND_STATE_COUNT];
    int64_t images[IMAGE_STATE_COUNT];
    int64_t rollouts[ROLLOUT_STATE_COUNT];
    int64_t messages; // that wait for webhooks
};
ERR_CHECKED int metrics_store_count(
    struct store_connection *connection, struct metrics_store_counts *out, struct err *err);

// Devices of rollouts that have not ended, by stage.
struct metrics_store_stage {
    char rollout[ROLLOUT_NAME_SIZE];
    char image[IMAGE_NAME_SIZE]; // or ""
    enum rollout_stage stage;
    int64_t count;
};
struct metrics_store_stage_visitor {
    int (*each)(const struct metrics_store_stage *stage, void *ctx);
    void *ctx;
};
ERR_CHECKED int metrics_store_each_stage(struct store_connection *connection,
    const struct metrics_store_stage_visitor *visitor, struct err *err);

#endif
