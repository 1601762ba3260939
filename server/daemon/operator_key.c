// The key of operators' HTTPS.
#include "server/daemon/operator_key.h"

#include <string.h>

void operator_key_init(struct operator_key *key)
{
    memset(key, 0, sizeof *key);
    pthread_mutex_init(&key->lock, NULL);
}

void operator_key_clear(struct operator_key *key)
{
    pthread_mutex_destroy(&key->lock);
}

int operator_key_load(struct operator_key *key, struct err *err)
{
    struct certificate *certificate;
    char pin[KEY_PIN_SIZE];
    int rc = key->path != NULL ? certificate_load(key->path, &certificate, err) : 0;

    if (rc < 0 || key->path == NULL)
        return rc;
    rc = key_pin_of(certificate, pin, err);
    certificate_free(certificate);
    if (rc < 0)
        return rc;
    pthread_mutex_lock(&key->lock);
    memcpy(key->pin, pin, sizeof pin);
    pthread_mutex_unlock(&key->lock);
    return 0;
}

void operator_key_read(struct operator_key *key, char out[KEY_PIN_SIZE])
{
    pthread_mutex_lock(&key->lock);
    memcpy(out, key->pin, KEY_PIN_SIZE);
    pthread_mutex_unlock(&key->lock);
}
