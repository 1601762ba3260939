#ifndef MQTT_FILES_H
#define MQTT_FILES_H

#include "server/base/err.h"
#include "server/mqtt/mqtt_client.h"

// Whether the settings' files can be read and hold PEM of the right kind: 0, ERR_INVALID or what
// file_read() says.
ERR_CHECKED int mqtt_files_check(const struct mqtt_settings *settings, struct err *err);

#endif
