// From one version of the schema to the next.
#include "server/store/store_migrate.h"

#include "server/store/statement.h"
#include "server/store/store_schema.h"

static int read_number(
    struct store_connection *connection, const char *sql, int64_t *out, struct err *err)
{
    struct statement s;

    statement_open(&s, connection, sql);

    int rc = statement_step(&s, err);

    if (rc > 0)
        *out = statement_int(&s, 0);
    statement_close(&s);
    return rc < 0 ? rc : 0;
}

int store_migrate_judge(int64_t version, int64_t tables, struct err *err)
{
    if (version > STORE_SCHEMA_STEPS)
        return err_set(err, ERR_INVALID,
            "the database is of version %lld, this program knows %lld: use the later program",
            (long long)version, (long long)STORE_SCHEMA_STEPS);
    if (version < 0 || (version == 0 && tables > 0))
        return err_set(err, ERR_INVALID, "the file is a database of another program");
    return 0;
}

static int check_version(struct store_connection *connection, int64_t *version, struct err *err)
{
    int64_t tables = 0;
    int rc = read_number(connection, "PRAGMA user_version", version, err);

    if (rc == 0)
        rc = read_number(connection, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (rc < 0)
        return rc;
    return store_migrate_judge(*version, tables, err);
}

static int apply(struct store_connection *connection, const char *sql, struct err *err)
{
    int rc = store_connection_execute(connection, "BEGIN IMMEDIATE", err);

    if (rc < 0)
        return rc;
    rc = store_connection_execute(connection, sql, err);
    if (rc == 0)
        rc = store_connection_execute(connection, "COMMIT", err);
    if (rc < 0 && store_connection_execute(connection, "ROLLBACK", NULL) < 0)
        return rc;
    return rc;
}

int store_migrate_run(struct store_connection *connection, struct err *err)
{
    int64_t version = 0;
    int rc = check_version(connection, &version, err);

    for (int64_t i = version; rc == 0 && i < STORE_SCHEMA_STEPS; i++) {
        rc = apply(connection, store_schema_steps[i], err);
        if (rc < 0)
            err_context(err, "migration %lld", (long long)i + 1);
    }
    return rc;
}

int store_migrate_check_done(struct store_connection *connection, struct err *err)
{
    int64_t version = 0;
    int rc = check_version(connection, &version, err);

    if (rc < 0 || version == STORE_SCHEMA_STEPS)
        return rc;
    return err_set(err, ERR_UNAVAILABLE,
        "the database is of version %lld, this program's is %lld: start the daemon once, it brings "
        "the database up to date",
        (long long)version, (long long)STORE_SCHEMA_STEPS);
}
