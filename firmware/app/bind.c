// The user's code and the one device that runs it.
#include "firmware/app/bind.h"

#include "firmware/app/app.h"
#include "firmware/core/notice.h"

static struct device *bound; // the user's functions bear no context

static void setup(void *ctx)
{
    (void)ctx;
    app_setup();
}

static void loop(void *ctx)
{
    (void)ctx;
    app_loop();
}

static void status(struct report_members *members, void *ctx)
{
    (void)ctx;
    app_status(members);
}

static const struct device_app app = {.setup = setup, .loop = loop, .status = status};

const struct device_app *bind_app(struct device *device)
{
    bound = device;
    return &app;
}

uint32_t app_millis(void)
{
    return bound->port->ops->now_ms(bound->port) - bound->started_at_ms;
}

void app_send_status(void)
{
    device_send_status(bound);
}

void app_log(const char *line)
{
    notice_log(bound, PORT_LOG_INFO, "app %s", line);
}
