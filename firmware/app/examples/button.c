// The FLASH button that most boards have, in the place of app.c: counts how often it is pressed and
// says so at once.
//
// For those who come from Arduino: app_setup() and app_loop() are setup() and loop(), and
// app_millis() is millis(). There is no delay(): what is to happen later is looked for in each
// call, as the button's 30 ms are below. And nothing is sent from here: app_status() is asked what
// there is to say whenever the device sends a status.
#include "firmware/app/app.h"
#include "firmware/app/pins.h"

#define BUTTON_GPIO 0  // low while it is pressed
#define DEBOUNCE_MS 30 // its contacts bounce: a level counts when it has lasted so long

static bool is_down;           // as the pin says
static uint32_t down_since_ms; // or up
static bool is_pressed;        // what counts
static int64_t presses;        // since the start

void app_setup(void)
{
    (void)pins_configure(BUTTON_GPIO, PINS_INPUT_PULL_UP);
}

void app_loop(void)
{
    bool was_down = is_down;

    is_down = !pins_read(BUTTON_GPIO);
    if (is_down != was_down)
        down_since_ms = app_millis();
    if (is_down == is_pressed || app_millis() - down_since_ms < DEBOUNCE_MS)
        return;
    is_pressed = is_down;
    if (!is_pressed)
        return;
    presses++;
    app_log("the button is pressed");
    app_send_status();
}

void app_status(struct report_members *members)
{
    report_add_number(members, "presses", presses);
}
