#ifndef HOMEASSISTANT_SHOWN_H
#define HOMEASSISTANT_SHOWN_H

#include "common/image_name.h"
#include "server/homeassistant/homeassistant_members.h"

// Which members of a device's app are announced. One that a status lacks stays as long as the
// device runs the same image: a sensor may say nothing for a while. Another image begins anew.
struct homeassistant_shown {
    char image[IMAGE_NAME_SIZE];
    struct homeassistant_members members;
    struct homeassistant_members gone; // of the image before
};

// Takes in the members of a status, which become those that are announced. All zero at the start.
void homeassistant_shown_take(
    struct homeassistant_shown *shown, const char *image, struct homeassistant_members *members);

#endif
