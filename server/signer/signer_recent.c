// What was signed a short time ago.
#include "server/signer/signer_recent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mac.h"
#include "server/pki/digest.h"

struct item {
    char mac[MAC_SIZE];
    char key_id[DIGEST_SHA256_TEXT_SIZE];
    int days;
    int64_t at_ms;
    uint8_t *der; // NULL: none
    size_t n;
};

struct signer_recent {
    size_t next; // the place of the next one: of the oldest
    struct item items[SIGNER_RECENT_MOST];
};

int signer_recent_new(struct signer_recent **out)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? 0 : ERR_NO_MEMORY;
}

void signer_recent_free(struct signer_recent *recent)
{
    if (recent == NULL)
        return;
    for (size_t i = 0; i < SIGNER_RECENT_MOST; i++)
        free(recent->items[i].der);
    free(recent);
}

void signer_recent_keep(struct signer_recent *recent, const struct signer_recent_order *order,
    const uint8_t *der, size_t n, int64_t now_ms)
{
    struct item *item = &recent->items[recent->next];
    uint8_t *copy = malloc(n + 1);

    if (copy == NULL)
        return;
    memcpy(copy, der, n);
    free(item->der);
    *item = (struct item){.days = order->days, .at_ms = now_ms, .der = copy, .n = n};
    snprintf(item->mac, sizeof item->mac, "%s", order->mac);
    snprintf(item->key_id, sizeof item->key_id, "%s", order->key_id);
    recent->next = (recent->next + 1) % SIGNER_RECENT_MOST;
}

bool signer_recent_find(const struct signer_recent *recent, const struct signer_recent_order *order,
    int64_t now_ms, const uint8_t **der, size_t *n)
{
    for (size_t i = 1; i <= SIGNER_RECENT_MOST; i++) { // the latest first
        const struct item *item =
            &recent->items[(recent->next + SIGNER_RECENT_MOST - i) % SIGNER_RECENT_MOST];

        if (item->der == NULL || now_ms - item->at_ms >= SIGNER_RECENT_MS)
            return false;
        if (item->days != order->days || strcmp(item->mac, order->mac) != 0 ||
            strcmp(item->key_id, order->key_id) != 0)
            continue;
        *der = item->der;
        *n = item->n;
        return true;
    }
    return false;
}
