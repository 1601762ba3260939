// Connections that are kept.
#include "server/ctl/client_pool.h"

#include <stddef.h>
#include <stdlib.h>

struct client_pool {
    CURLSH *share;
};

struct client_pool *client_pool_new(void)
{
    struct client_pool *pool = calloc(1, sizeof *pool);

    if (pool == NULL)
        return NULL;
    pool->share = curl_share_init();
    if (pool->share != NULL)
        curl_share_setopt(pool->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    return pool;
}

void client_pool_free(struct client_pool *pool)
{
    if (pool == NULL)
        return;
    curl_share_cleanup(pool->share);
    free(pool);
}

void client_pool_join(struct client_pool *pool, CURL *curl)
{
    if (pool != NULL && pool->share != NULL)
        curl_easy_setopt(curl, CURLOPT_SHARE, pool->share);
}
