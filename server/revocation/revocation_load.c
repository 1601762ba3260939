// From the database to the list of who is shut out.
#include "server/revocation/revocation_load.h"

#include <string.h>

#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"

static int add_device(const struct device_revocation *revocation, void *ctx)
{
    if (revocation->readmitted_at_ms == 0)
        return revocation_list_add_device(ctx, revocation->mac, REVOCATION_ALL_MS);
    return revocation->before_ms > 0
               ? revocation_list_add_device(ctx, revocation->mac, revocation->before_ms)
               : 0;
}

struct loading {
    struct store_connection *connection;
    struct revocation_list *list;
    struct err *err;
};

static int compare_bearer(const struct certificate_record *record, void *ctx)
{
    const struct certificate_record *own = ctx;

    return strcmp(record->common_name, own->common_name) != 0;
}

// Whether nobody else can bear the serial: ours are random, and of others' not all may have been
// met. 1 or 0, or an error.
static int is_sole_bearer(const struct loading *loading, const struct certificate_record *record)
{
    struct certificate_record own = *record;

    if (record->origin != CERTIFICATE_ISSUED && record->origin != CERTIFICATE_ENROLLED)
        return 0;

    int rc = certificate_store_each_with(
        loading->connection, record->serial, compare_bearer, &own, loading->err);

    return rc < 0 ? rc : rc == 0;
}

// One revoked with a device that is in again, and no older than what stays out of it.
static int add_fresh(const struct loading *loading, const struct certificate_record *record)
{
    int rc = is_sole_bearer(loading, record);

    if (rc < 0)
        return rc;
    if (rc > 0 || record->not_before_ms >= REVOCATION_ALL_MS - 1)
        return revocation_list_add_serial(loading->list, record->serial);
    return revocation_list_add_device(loading->list, record->mac, record->not_before_ms + 1);
}

static int add_serial(const char *serial, void *ctx)
{
    return revocation_list_add_serial(ctx, serial);
}

static int add_certificate(const struct certificate_record *record, void *ctx)
{
    const struct loading *loading = ctx;

    // What another one's entry reaches up to is out with that.
    return revocation_list_has_device(loading->list, record->mac, record->not_before_ms)
               ? 0
               : add_fresh(loading, record);
}

int revocation_load(
    struct store_connection *connection, struct revocation_list **out, struct err *err)
{
    struct revocation_list *list;
    int64_t number = 0;
    int rc = revocation_store_get_number(connection, &number, err);

    if (rc < 0)
        return rc;
    if (revocation_list_new((uint64_t)number, &list) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for the list of revoked clients");

    struct loading loading = {connection, list, err};

    rc = revocation_store_each(connection, add_device, list, err);
    if (rc == 0)
        rc = certificate_store_each_listed(connection, add_serial, list, err);
    if (rc == 0)
        rc = certificate_store_each_fresh(connection, add_certificate, &loading, err);
    if (rc == ERR_TOO_LARGE)
        err_set(err, rc,
            "more than %d devices and certificates are revoked: renew the CA, so that none of the "
            "old certificates is accepted",
            REVOCATION_LIST_MAX);
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for the list of revoked clients");
    if (rc < 0) {
        revocation_list_free(list);
        return rc;
    }
    *out = list;
    return 0;
}
