// Whom not to shut out by mistake.
#include "server/revocation/revocation_guard.h"

#include <string.h>

#include "server/store/certificate_store.h"

static int find_server(const struct certificate_record *record, void *ctx)
{
    struct certificate_record *found = ctx;

    if (strcmp(certificate_record_kind(record), "server") == 0 && record->revoked_at_ms == 0)
        *found = *record;
    return 0;
}

int revocation_guard_check(struct store *store, const char *serial, struct err *err)
{
    struct certificate_record server = {0};
    struct store_connection *connection;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = certificate_store_each_with(connection, serial, find_server, &server, err);
    store_read_end(store, connection);
    if (rc < 0 || server.serial[0] == '\0')
        return rc;
    return err_set(err, ERR_CONFLICT,
        "certificate %s is that of the server %s: if it is the daemon's, the broker shuts the "
        "daemon out, and nothing arrives from any device until it has another; if it is the "
        "broker's or the download server's, devices go on trusting it, because they read no list. "
        "Give the server another certificate and key first ('secureesp pki server'); --force "
        "revokes this one now",
        serial, server.common_name);
}
