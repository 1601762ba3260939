// An app for the emulated board whose loop now and then takes 300 ms, and which has something to
// say of every kind.
#include "firmware/app/app.h"

#define PAUSE_MS 1000
#define SLOW_MS 300

static uint32_t done_at_ms;
static int64_t rounds;

void app_setup(void)
{
    app_log("setup");
}

void app_loop(void)
{
    uint32_t begin_ms = app_millis();

    if (begin_ms - done_at_ms < PAUSE_MS)
        return;
    while (app_millis() - begin_ms < SLOW_MS)
        ;
    rounds++;
    done_at_ms = app_millis();
    app_send_status();
}

void app_status(struct report_members *members)
{
    report_add_number(members, "rounds", rounds);
    report_add_decimal(members, "temperature", -215, 1);
    report_add_text(members, "greeting", "\"hello\"");
    report_add_number(members, "rssi", 1);
}
