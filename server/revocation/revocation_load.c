// From the database to the list of who is shut out.
#include "server/revocation/revocation_load.h"

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

static int add_certificate(const struct certificate_record *record, void *ctx)
{
    bool covered =
        record->with_device && revocation_list_has_device(ctx, record->mac, record->not_before_ms);

    return covered ? 0 : revocation_list_add_serial(ctx, record->serial);
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
        return err_set(err, ERR_NO_MEMORY, "no memory for the list of who is shut out");
    rc = revocation_store_each(connection, add_device, list, err);
    if (rc == 0)
        rc = certificate_store_each_revoked(connection, add_certificate, list, err);
    if (rc == ERR_TOO_LARGE)
        err_set(err, rc,
            "more than %d devices and certificates are revoked: renew the CA, so that "
            "none of the old certificates counts",
            REVOCATION_LIST_MAX);
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for the list of who is shut out");
    if (rc < 0) {
        revocation_list_free(list);
        return rc;
    }
    *out = list;
    return 0;
}
