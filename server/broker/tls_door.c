// Looks at TLS connections before the broker reads anything of them. The broker shows its plugins
// neither connections nor OpenSSL's contexts; but OpenSSL tells whoever asks of each context that
// is made (CRYPTO_get_ex_new_index(3)).
#include "server/broker/tls_door.h"

#include <stdlib.h>

#include <openssl/ssl.h>

#include "server/pki/foreign_x509.h"

static struct {
    tls_door_fn *turns_away; // NULL while it is closed
    void *ctx;
    int index; // 0 before the first time; OpenSSL keeps it for good
} door;

static void on_info(const SSL *ssl, int where, int ret)
{
    uint8_t *der;
    size_t n;
    X509 *peer;

    (void)ret;
    if ((where & SSL_CB_HANDSHAKE_DONE) == 0 || door.turns_away == NULL)
        return;
    peer = SSL_get1_peer_certificate(ssl);
    if (peer == NULL || foreign_x509_to_der(peer, &der, &n) < 0)
        return;
    // What SSL_read(3) says of an end that the other side has said.
    if (door.turns_away(der, n, door.ctx))
        SSL_set_shutdown((SSL *)ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    free(der);
}

static void on_context(
    void *parent, void *ptr, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
    (void)ptr;
    (void)data;
    (void)index;
    (void)argl;
    (void)argp;
    SSL_CTX_set_info_callback(parent, on_info);
}

int tls_door_open(tls_door_fn *turns_away, void *ctx, struct err *err)
{
    door.turns_away = turns_away;
    door.ctx = ctx;
    if (door.index == 0)
        door.index = SSL_CTX_get_ex_new_index(0, NULL, on_context, NULL, NULL);
    if (door.index <= 0)
        return err_set(err, ERR_NO_MEMORY, "OpenSSL does not tell of its contexts");
    return 0;
}

void tls_door_close(void)
{
    door.turns_away = NULL;
}
