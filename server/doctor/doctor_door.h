#ifndef DOCTOR_DOOR_H
#define DOCTOR_DOOR_H

#include "server/doctor/doctor.h"

// Goes to the download server and to the broker, by the names and on the ports that devices are
// told, and does with both what a device does first. It leaves nothing behind: it shows the
// daemon's own certificate, which the download server must refuse, and with which the broker must
// let in nobody who calls himself otherwise. Needs to read the daemon's key.
void doctor_door_check(struct doctor *doctor);

#endif
