#ifndef FIRMWARE_TOOL_DEVICE_FILES_CHECK_H
#define FIRMWARE_TOOL_DEVICE_FILES_CHECK_H

#include "firmware/core/failure.h"
#include "firmware/core/file_store.h"

// Whether a device of that MAC (12 lower-case hex digits) can start with the files in use: its own
// check at its start, and besides that the certificate is valid by this machine's clock. 0, or the
// first thing that is wrong in *failure. What is staged is not looked at.
int check_device_files(
    const struct file_store_flash *flash, const char *mac, struct failure *failure);

#endif
