#ifndef TEST_DEPLOYED_SKETCH_H
#define TEST_DEPLOYED_SKETCH_H

#include "test/deployed/deployed_device.h"

// Lives as a deployed sketch does: on the broker, reports and obeys. After so many commands (0:
// never) it reports once more, says good-bye and returns 0; sooner only for a failure, reported.
int sketch_run(struct deployed_device *device, unsigned commands);

#endif
