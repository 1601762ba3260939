// Files that are text.
#include "server/base/text_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"

int text_file_read(const char *path, size_t max_bytes, char **out, struct err *err)
{
    uint8_t *bytes;
    size_t n;
    int rc = file_read(path, max_bytes, &bytes, &n, err);

    if (rc < 0)
        return rc;
    if (memchr(bytes, '\0', n) != NULL) {
        free(bytes);
        return err_set(err, ERR_INVALID, "%s is no text: there is a NUL byte in it", path);
    }
    *out = (char *)bytes;
    return 0;
}
