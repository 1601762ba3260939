// What a device says with its question for an image.
#include "server/download/download_query.h"

#include <string.h>

int download_query_curimage(const char *value, struct image_name *out, const char **reason)
{
    if (value == NULL || value[0] == '\0') {
        *reason = "curimage is missing: ask as firmware.bin?curimage=<image>";
        return ERR_INVALID;
    }
    if (!image_name_parse(value, strlen(value), out)) {
        *reason = "curimage is not an image name <BOARD>-<VERSION>";
        return ERR_INVALID;
    }
    return 0;
}
