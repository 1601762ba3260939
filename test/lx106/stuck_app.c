// An app for the emulated board that does not come back from its loop.
#include "firmware/app/app.h"

void app_setup(void)
{
}

void app_loop(void)
{
    for (;;)
        ;
}

void app_status(struct report_members *members)
{
    (void)members;
}
