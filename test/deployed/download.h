#ifndef TEST_DEPLOYED_DOWNLOAD_H
#define TEST_DEPLOYED_DOWNLOAD_H

#include "test/deployed/device.h"

// Does what one of the commands config, ca, cert, key and firmware asks for: a connection without a
// request, whose certificate is checked, then a second one that resumes its session (unless the
// device is forgetful), for the GET.
// An image is verified with the key of the running one. Without a connection to the broker: there
// is no memory for two. 0 or a failure, reported.
int download_run(struct device *device, const char *command);

#endif
