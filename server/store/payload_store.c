// Sealed payloads of commands in the database.
#include "server/store/payload_store.h"

#include <string.h>

#include "server/store/statement.h"

_Static_assert(COMMAND_QUEUED == 0 && COMMAND_SENT == 1 && COMMAND_WAITING == 6,
    "the states are stored as these numbers");

static const char insert[] = "INSERT INTO command_payloads (command, sealed) VALUES (?1, ?2)";

static const char select_one[] = "SELECT sealed FROM command_payloads WHERE command = ?1";

static const char delete_one[] = "DELETE FROM command_payloads WHERE command = ?1";

static const char delete_ended[] =
    "DELETE FROM command_payloads WHERE NOT EXISTS (SELECT 1 FROM commands AS c"
    " WHERE c.id = command_payloads.command AND c.state IN (0, 1, 6))";

int payload_store_put(
    struct store_connection *connection, int64_t command, const char *sealed, struct err *err)
{
    struct statement s;

    if (strlen(sealed) > COMMAND_SEALED_MAX)
        return err_set(err, ERR_TOO_LARGE, "a command's payload has more than %d characters",
            COMMAND_SEALED_MAX);
    statement_open(&s, connection, insert);
    statement_bind_int(&s, command);
    statement_bind_text(&s, sealed);
    return statement_run(&s, err);
}

int payload_store_get(
    struct store_connection *connection, int64_t command, char **sealed, struct err *err)
{
    struct statement s;
    char *copy = NULL;

    statement_open(&s, connection, select_one);
    statement_bind_int(&s, command);

    int rc = statement_step(&s, err);

    if (rc > 0)
        copy = statement_text_copy(&s, 0);
    statement_close(&s);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "the command has no payload");
    if (copy == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a command's payload");
    *sealed = copy;
    return 0;
}

int payload_store_remove(struct store_connection *connection, int64_t command, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_one);
    statement_bind_int(&s, command);
    return statement_run(&s, err);
}

int payload_store_sweep(struct store_connection *connection, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, delete_ended);
    return statement_run(&s, err);
}
