// Restarts the device.
#include "firmware/core/restart.h"

#include "firmware/core/notice.h"

void restart_now(struct device *device, const char *why)
{
    notice_save(device);
    notice_log(device, PORT_LOG_INFO, "restart reason=\"%s\"", why);
    tls_close(&device->tls);
    device->state = DEVICE_RESTART;
    device->port->ops->led(device->port, PORT_LED_OFF);
    device->port->ops->reboot(device->port);
}
