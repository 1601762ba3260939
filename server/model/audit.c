// Names of what is changed.
#include "server/model/audit.h"

#include "server/model/image.h"
#include "server/model/serial.h"

_Static_assert(IMAGE_NAME_SIZE <= AUDIT_OBJECT_SIZE && SERIAL_SIZE <= AUDIT_OBJECT_SIZE &&
                   IMAGE_KEY_ID_SIZE <= AUDIT_OBJECT_SIZE,
    "each name fits");

const char *audit_kind_name(enum audit_kind kind)
{
    static const char *const names[AUDIT_KIND_COUNT] = {
        [AUDIT_DEVICE] = "device",
        [AUDIT_CERTIFICATE] = "certificate",
        [AUDIT_ENROLMENT] = "enrolment",
        [AUDIT_WINDOW] = "window",
        [AUDIT_ROTATION] = "rotation",
        [AUDIT_COMMAND] = "command",
        [AUDIT_NETWORKS] = "networks",
        [AUDIT_IMAGE] = "image",
        [AUDIT_KEY] = "key",
        [AUDIT_REVOCATIONS] = "revocations",
        [AUDIT_GROUP] = "group",
        [AUDIT_BOARD] = "board",
        [AUDIT_SETTINGS] = "settings",
        [AUDIT_ROLLOUT] = "rollout",
        [AUDIT_WEBHOOK] = "webhook",
        [AUDIT_USER] = "user",
        [AUDIT_TOKEN] = "token",
    };

    return names[kind];
}
