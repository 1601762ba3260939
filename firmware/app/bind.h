#ifndef FIRMWARE_APP_BIND_H
#define FIRMWARE_APP_BIND_H

#include "firmware/core/device.h"

// Joins the user's code (app.h) with the one device of a port: what that code asks for is done for
// this device from now on. Returns the code, for struct device_options.
const struct device_app *bind_app(struct device *device);

#endif
