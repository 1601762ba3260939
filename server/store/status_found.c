// A device's statuses, looked for among all.
#include "server/store/status_found.h"

#include <stdlib.h>

#include "server/store/mac_key.h"
#include "server/store/statement.h"

#define FIND_ROWS 100000 // that one call looks at

static const char select_ends[] =
    "SELECT coalesce(min(id), 1) - 1, coalesce(max(id), 0) FROM statuses";

// There is no index, as it would cost with each status that comes in.
static const char select_of_device[] =
    "SELECT id FROM statuses WHERE id > ? AND id <= ? AND device = ?";

static int read_ends(
    struct store_connection *connection, int64_t *before, int64_t *last, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, select_ends);

    int rc = statement_step(&s, err);

    if (rc > 0) {
        *before = statement_int(&s, 0);
        *last = statement_int(&s, 1);
    }
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

static int append(struct status_found *found, int64_t id)
{
    if (found->count == found->capacity) {
        size_t capacity = found->capacity == 0 ? 256 : 2 * found->capacity;
        int64_t *ids = realloc(found->ids, capacity * sizeof *ids);

        if (ids == NULL)
            return ERR_NO_MEMORY;
        found->ids = ids;
        found->capacity = capacity;
    }
    found->ids[found->count++] = id;
    return 0;
}

int status_found_search(struct store_connection *connection, const char *mac,
    struct status_found *found, struct err *err)
{
    struct statement s;
    int64_t key;
    int64_t before = 0;
    int64_t last = 0;
    int rc = read_ends(connection, &before, &last, err);

    if (rc < 0 || !mac_key_from_text(mac, &key))
        return rc;
    if (found->until < before)
        found->until = before;

    int64_t until = last - found->until > FIND_ROWS ? found->until + FIND_ROWS : last;

    statement_open(&s, connection, select_of_device);
    statement_bind_int(&s, found->until);
    statement_bind_int(&s, until);
    statement_bind_int(&s, key);
    while (statement_next(&s, &rc, err)) {
        if (append(found, statement_int(&s, 0)) < 0)
            rc = err_set(err, ERR_NO_MEMORY, "no memory for a device's statuses");
    }
    if (rc < 0)
        return rc;
    found->until = until;
    return until < last;
}

void status_found_clear(struct status_found *found)
{
    free(found->ids);
    *found = (struct status_found){0};
}
