// Keeps images from devices that no rollout has reached.
#include "server/release/release_gate.h"

#include <stdio.h>
#include <string.h>

#include "common/image_version.h"
#include "server/store/rollout_store.h"

static bool is_gate(const struct release_pin_way *way, const struct release_member *member)
{
    return member->rollout[0] != '\0' &&
           image_version_compare(member->image.name.version, way->running->version) > 0;
}

const struct release_member *release_gate_first(const struct release_pin_way *way)
{
    size_t i = 0;

    while (i < way->n && !is_gate(way, &way->members[i]))
        i++;
    return i < way->n ? &way->members[i] : NULL;
}

int release_gate_find(struct store_connection *connection, const char *mac,
    const struct release_pin_way *way, const struct release_member **out, struct err *err)
{
    *out = NULL;
    for (size_t i = 0; i < way->n; i++) {
        const struct release_member *member = &way->members[i];
        int rc;

        if (!is_gate(way, member))
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

static void tell_published(const struct release_member *member, char *out, size_t size)
{
    const char *gate = member->rollout;
    const char *image = member->image.name.text;

    if (gate[0] == '\0')
        snprintf(out, size, "rollout %s brings it to devices", member->under);
    else if (strcmp(gate, member->under) != 0)
        snprintf(out, size, "rollout %s keeps it from devices that it has not reached", gate);
    else if (member->under_state == ROLLOUT_ABORTED)
        snprintf(out, size,
            "rollout %s, which was aborted, keeps it from devices that it has not reached; to "
            "offer it to all, withdraw it and publish it again: 'secureesp images withdraw %s', "
            "'secureesp images publish %s%s'",
            gate, image, image, member->image.channel == CHANNEL_BETA ? " --channel beta" : "");
    else if (member->under_state == ROLLOUT_PAUSED)
        snprintf(out, size,
            "rollout %s, which is paused, keeps it from devices that it has not reached; "
            "'secureesp rollouts resume %s' goes on",
            gate, gate);
    else
        snprintf(out, size,
            "rollout %s keeps it from devices that it has not reached, until it is done", gate);
}

void release_gate_tell(const struct release_member *member, char *out, size_t size)
{
    out[0] = '\0';
    if (member->under[0] == '\0')
        return;
    if (member->image.state == IMAGE_PUBLISHED)
        tell_published(member, out, size);
    else
        snprintf(out, size, "rollout %s of it %s", member->under,
            member->under_state == ROLLOUT_PAUSED ? "stays paused" : "pauses");
}
