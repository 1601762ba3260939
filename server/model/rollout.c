// Names of what a rollout is at.
#include "server/model/rollout.h"

const char *rollout_kind_name(enum rollout_kind kind)
{
    static const char *const names[ROLLOUT_KIND_COUNT] = {
        [ROLLOUT_IMAGE] = "image",
        [ROLLOUT_CONFIG] = "config",
    };

    return (unsigned)kind < ROLLOUT_KIND_COUNT ? names[kind] : "?";
}

const char *rollout_state_name(enum rollout_state state)
{
    static const char *const names[ROLLOUT_STATE_COUNT] = {
        [ROLLOUT_RUNNING] = "running",
        [ROLLOUT_SOAKING] = "soaking",
        [ROLLOUT_PAUSED] = "paused",
        [ROLLOUT_DONE] = "done",
        [ROLLOUT_ABORTED] = "aborted",
    };

    return (unsigned)state < ROLLOUT_STATE_COUNT ? names[state] : "?";
}

const char *rollout_stage_name(enum rollout_stage stage)
{
    static const char *const names[ROLLOUT_STAGE_COUNT] = {
        [ROLLOUT_WAITING] = "waiting",
        [ROLLOUT_DOWNLOADING] = "downloading",
        [ROLLOUT_INSTALLING] = "installing",
        [ROLLOUT_UPDATED] = "updated",
        [ROLLOUT_FAILED] = "failed",
        [ROLLOUT_LEFT_OUT] = "left out",
    };

    return (unsigned)stage < ROLLOUT_STAGE_COUNT ? names[stage] : "?";
}

bool rollout_state_is_end(enum rollout_state state)
{
    return state == ROLLOUT_DONE || state == ROLLOUT_ABORTED;
}

bool rollout_stage_is_reached(enum rollout_stage stage)
{
    return stage == ROLLOUT_DOWNLOADING || stage == ROLLOUT_INSTALLING || stage == ROLLOUT_UPDATED;
}
