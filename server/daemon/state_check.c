// The database and what lies beside it.
#include "server/daemon/state_check.h"

#include <stdbool.h>

#include "server/image/image_files.h"
#include "server/store/store_file.h"

int state_check_run(const char *database, const char *images_dir, struct err *err)
{
    bool is_new = false;
    int rc = store_file_is_new(database, &is_new, err);

    if (rc < 0 || !is_new || !image_files_any(images_dir))
        return rc;
    return err_set(err, ERR_CONFLICT,
        "%s is missing or empty, but %s holds images: put the database back, or move the images "
        "away to start over",
        database, images_dir);
}
