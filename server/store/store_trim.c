// When memory that malloc keeps is given back.
#include "server/store/store_trim.h"

#include <malloc.h>
#include <sqlite3.h>

#include "server/store/store_connection.h"

bool store_trim_is_due(struct store_trim *trim, size_t jobs, bool is_last)
{
    trim->jobs += jobs;
    if (trim->jobs < STORE_TRIM_JOBS || !is_last)
        return false;
    if (jobs >= STORE_TRIM_QUIET && !pace_is_due(&trim->pace, STORE_TRIM_BUSY_MS))
        return false;
    trim->jobs = 0;
    return true;
}

void store_trim_run(struct store_connection *connection)
{
    (void)sqlite3_db_release_memory(connection->db);
    (void)malloc_trim(0);
}
