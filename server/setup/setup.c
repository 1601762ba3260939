// Setting a machine up, step by step.
#include "server/setup/setup.h"

#include <stdarg.h>
#include <stdio.h>

int setup_find(struct setup_finding *finding, enum setup_outcome what, const char *format, ...)
{
    va_list args;

    finding->what = what;
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
    return 0;
}

static int take(struct setup *setup, const struct setup_step *step, struct setup_finding *finding,
    struct err *err)
{
    int rc = step->look(setup, finding, err);

    if (rc < 0)
        return rc;
    if (finding->what != SETUP_CREATED && finding->what != SETUP_CHANGED)
        return 0;
    if (setup->is_dry) {
        setup->pending++;
        return 0;
    }
    return step->act(setup, finding, err);
}

int setup_run(struct setup *setup, const struct setup_step *steps,
    void (*say)(const struct setup *setup, const struct setup_finding *finding), struct err *err)
{
    for (const struct setup_step *step = steps; step->name != NULL; step++) {
        struct setup_finding finding = {0};
        int rc = take(setup, step, &finding, err);

        if (rc < 0)
            return err_context(err, "%s", step->name);
        say(setup, &finding);
    }
    return 0;
}
