// Keeps images from devices that no rollout has reached.
#include "server/release/release_gate.h"

#include "common/image_version.h"
#include "server/store/rollout_store.h"

int release_gate_find(struct store_connection *connection, const char *mac,
    const struct release_pin_way *way, const struct release_member **out, struct err *err)
{
    *out = NULL;
    for (size_t i = 0; i < way->n; i++) {
        const struct release_member *member = &way->members[i];
        int rc;

        if (member->rollout[0] == '\0' ||
            image_version_compare(member->image.name.version, way->running->version) <= 0)
            continue;
        rc = rollout_store_is_reached(connection, member->image.name.text, mac, err);
        if (rc > 0)
            continue;
        if (rc == 0)
            *out = member;
        return rc;
    }
    return 0;
}

bool release_gate_bars(const struct release_member *gate, const struct image_name *image)
{
    return gate != NULL && image_version_compare(image->version, gate->image.name.version) >= 0;
}

const struct image_name *release_gate_limit(
    const struct release_pin_way *way, const struct release_member *gate)
{
    return gate != NULL && gate > way->members ? &gate[-1].image.name : NULL;
}
