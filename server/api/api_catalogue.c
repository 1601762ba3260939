// The catalogue as the operator sees it: with devices.
#include "server/api/api_catalogue.h"

#include "server/release/release_load.h"

int api_catalogue_load(const struct api *api, struct release_catalogue **out, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = release_load(connection, true, out, err);
    store_read_end(api->store, connection);
    return rc;
}
