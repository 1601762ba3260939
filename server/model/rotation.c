// The words for how far a change of the CA has come.
#include "server/model/rotation.h"

#include <string.h>

static const char *const phases[ROTATION_PHASE_COUNT] = {
    "none", "trust", "certificates", "last", "aborting"};
static const char *const holds_names[ROTATION_HOLDS_COUNT] = {"old", "both", "new", "new-alone"};
static const char *const steps[ROTATION_STEP_COUNT] = {"-", "file", "reboot"};

const char *rotation_phase_name(enum rotation_phase phase)
{
    return phases[phase];
}

const char *rotation_holds_name(enum rotation_holds holds)
{
    return holds_names[holds];
}

const char *rotation_step_name(enum rotation_step step)
{
    return steps[step];
}

enum rotation_phase rotation_phase_of(const char *name)
{
    int phase = 0;

    while (phase < ROTATION_PHASE_COUNT && strcmp(phases[phase], name) != 0)
        phase++;
    return (enum rotation_phase)phase;
}
