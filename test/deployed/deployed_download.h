#ifndef TEST_DEPLOYED_DEPLOYED_DOWNLOAD_H
#define TEST_DEPLOYED_DEPLOYED_DOWNLOAD_H

#include "test/deployed/deployed_device.h"

// Does what one of the commands config, ca, cert, key and firmware asks for: a connection without a
// request, whose certificate is checked, then a second one that resumes its session (unless the
// device is forgetful), for the GET.
// An image is verified with the key of the running one. Without a connection to the broker: there
// is no memory for two. 0 or a failure, reported.
int deployed_download_run(struct deployed_device *device, const char *command);

#endif
