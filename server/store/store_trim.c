// When memory that malloc keeps is given back.
#include "server/store/store_trim.h"

#include <malloc.h>
#include <sqlite3.h>

#include "server/store/store_connection.h"

void store_trim_add(struct store_trim *trim, uint64_t jobs)
{
    trim->jobs += jobs;
}

bool store_trim_is_worth(const struct store_trim *trim)
{
    return trim->jobs >= STORE_TRIM_JOBS;
}

bool store_trim_is_overdue(struct store_trim *trim)
{
    return store_trim_is_worth(trim) && pace_is_due(&trim->pace, STORE_TRIM_BUSY_MS);
}

void store_trim_run(struct store_trim *trim, struct store_connection *connection)
{
    trim->jobs = 0;
    (void)sqlite3_db_release_memory(connection->db);
    (void)malloc_trim(0);
}
