// Whether the database of a backup is good.
#include "server/backup/backup_check.h"

#include "server/store/store_copy.h"

int backup_check_database(const char *path, struct backup_check_facts *out, struct err *err)
{
    struct store_copy_facts facts;
    int rc = store_copy_check(path, &facts, err);

    if (rc < 0)
        return rc;
    if (!facts.is_marked)
        return err_set(
            err, ERR_INVALID, "%s: the database is not the copy that a backup has", path);
    *out = (struct backup_check_facts){facts.version, facts.devices, facts.images};
    return 0;
}
