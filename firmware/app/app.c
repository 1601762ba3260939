// Your code: fill in these three functions, or build with another file in the place of this one
// (make firmware-esp8266 APP=my_app.c ...). app.h says when they are called and what they may call;
// examples/ has two.
#include "firmware/app/app.h"

void app_setup(void)
{
}

void app_loop(void)
{
}

void app_status(struct report_members *members)
{
    (void)members;
}
