// A temperature sensor at A0, in the place of app.c: a TMP36, which gives 500 mV at 0 degrees
// Celsius and 10 mV more for each degree. Each status says the temperature and what was read.
//
// For those who come from Arduino: app_setup() and app_loop() are setup() and loop(), app_millis()
// is millis() and pins_read_analog() is analogRead(A0). There is no delay(10000): each call of
// app_loop() looks whether ten seconds are over. And there is no float: the chip would compute and
// print it slowly, so degrees are counted in tenths.
#include "firmware/app/app.h"
#include "firmware/app/pins.h"

#define INTERVAL_MS 10000
#define FULL_SCALE_MV 3200 // D1 mini and NodeMCU; 1000 for a module without a divider at A0
#define ZERO_MV 500        // at 0 degrees
#define READINGS 8         // that the average is of: it takes that many to follow a change

static unsigned raw; // the last reading
static uint32_t sum; // of READINGS of them: the average, but more exact
static uint32_t read_at_ms;

void app_setup(void)
{
    raw = pins_read_analog();
    sum = raw * READINGS;
    read_at_ms = app_millis();
}

void app_loop(void)
{
    if (app_millis() - read_at_ms < INTERVAL_MS)
        return;
    read_at_ms += INTERVAL_MS;
    raw = pins_read_analog();
    sum += raw - (sum + READINGS / 2) / READINGS;
}

// A millivolt is a tenth of a degree.
void app_status(struct report_members *members)
{
    uint32_t mv = sum * FULL_SCALE_MV / (PINS_ANALOG_MAX * READINGS);

    report_add_decimal(members, "temperature", (int32_t)mv - ZERO_MV, 1);
    report_add_number(members, "temperature_raw", raw);
}
