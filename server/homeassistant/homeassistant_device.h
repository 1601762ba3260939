#ifndef HOMEASSISTANT_DEVICE_H
#define HOMEASSISTANT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/homeassistant/homeassistant_members.h"
#include "server/model/device_record.h"
#include "server/store/label_store.h"

// What Home Assistant is told of a device.

#define HOMEASSISTANT_DEVICE_WHY_SIZE 160

// How far an update is.
enum homeassistant_device_stage {
    HOMEASSISTANT_DEVICE_IDLE, // there is none
    HOMEASSISTANT_DEVICE_DOWNLOAD_QUEUED,
    HOMEASSISTANT_DEVICE_DOWNLOAD_SENT,
    HOMEASSISTANT_DEVICE_DOWNLOAD_ACCEPTED,
    HOMEASSISTANT_DEVICE_INSTALL_QUEUED,
    HOMEASSISTANT_DEVICE_INSTALL_SENT,
    HOMEASSISTANT_DEVICE_INSTALL_ACCEPTED,
};

struct homeassistant_device {
    struct device_record record;
    struct device_label label;    // what operators call it, and where it is
    char latest[IMAGE_NAME_SIZE]; // that it is offered; that which it runs if there is none
    // Why it is not offered what there is for it, for people; or "".
    char why[HOMEASSISTANT_DEVICE_WHY_SIZE];
    enum homeassistant_device_stage stage;
    struct homeassistant_members members; // that its app added to its status
};

#endif
