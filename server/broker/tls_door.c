// Looks at TLS connections before the broker reads anything of them. The broker shows its plugins
// neither connections nor OpenSSL's contexts; but OpenSSL tells whoever asks of each context that
// is made (CRYPTO_get_ex_new_index(3)).
#include "server/broker/tls_door.h"

#include <stdlib.h>

#include <openssl/objects.h>
#include <openssl/ssl.h>

#include "server/pki/foreign_x509.h"

#define IV_BYTES 16
#define TAG_BYTES 16

// What may come before a certificate is known, each record counted with its head and what it costs
// to look at it. A handshake of a device that can have records of 512 bytes (RFC 6066, 4) and shows
// a chain of 8 KB takes 13,000; OpenSSL itself would read 131,000 records of one byte.
#define BEFORE_BYTES 65536
#define RECORD_BYTES 256

static struct {
    const struct tls_door_calls *calls; // NULL while it is closed
    void *ctx;
    int index;       // of contexts; 0 before the first time; OpenSSL keeps it for good
    int ssl_index;   // of connections: who they are
    int bytes_index; // a number: what has come before that was known, and then how much of each
                     // record is not what it holds
} door;

// What SSL_read(3) then says is that the other side has ended it. Within a record, too: of that one
// nothing is read.
static void end(const SSL *ssl)
{
    SSL_set_shutdown((SSL *)ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// How much of a record is not what it holds: RFC 8446, 5.2; RFC 7905, 2; RFC 5288, 3; RFC 5246,
// 6.2.3.2, where it is padding that nobody has to send, too.
static size_t overhead_of(const SSL *ssl)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);

    if (SSL_version(ssl) == TLS1_3_VERSION)
        return TAG_BYTES + 1;
    if (cipher == NULL || SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305)
        return TAG_BYTES;
    if (SSL_CIPHER_is_aead(cipher))
        return TAG_BYTES + 8;

    const EVP_MD *digest = EVP_get_digestbynid(SSL_CIPHER_get_digest_nid(cipher));

    return IV_BYTES + (digest != NULL ? (size_t)EVP_MD_get_size(digest) : 0) + 16;
}

// False without memory.
static bool note_overhead(SSL *ssl)
{
    return SSL_set_ex_data(ssl, door.bytes_index, (void *)(uintptr_t)overhead_of(ssl)) == 1;
}

static void on_info(const SSL *shown, int where, int ret)
{
    SSL *ssl = (SSL *)shown;
    uint8_t *der;
    size_t n;
    X509 *peer;
    void *who;

    (void)ret;
    if ((where & SSL_CB_HANDSHAKE_DONE) == 0 || door.calls == NULL)
        return;
    // Who it is, once for a connection, however often its keys change.
    if (SSL_get_ex_data(ssl, door.ssl_index) != NULL) {
        (void)note_overhead(ssl); // there was memory for it before
        return;
    }
    peer = SSL_get1_peer_certificate(ssl);
    if (peer == NULL)
        return;
    if (foreign_x509_to_der(peer, &der, &n) < 0) { // nobody is let in unseen
        end(ssl);
        return;
    }
    who = door.calls->begin(der, n, door.ctx);
    free(der);
    if (who == NULL || !note_overhead(ssl) || SSL_set_ex_data(ssl, door.ssl_index, who) != 1)
        end(ssl);
}

// Counts a record of somebody who is not known yet. One of ours that connects elsewhere, as a
// bridge does, is not asked.
static void count_before(SSL *ssl, size_t length)
{
    uintptr_t before = (uintptr_t)SSL_get_ex_data(ssl, door.bytes_index) + RECORD_BYTES + length;

    if (SSL_is_server(ssl) != 1)
        return;
    if (before > BEFORE_BYTES || SSL_set_ex_data(ssl, door.bytes_index, (void *)before) != 1)
        end(ssl);
}

static void on_message(
    int is_written, int version, int type, const void *data, size_t n, SSL *ssl, void *arg)
{
    const uint8_t *head = data;
    void *who;

    (void)version;
    (void)arg;
    if (type != SSL3_RT_HEADER || is_written || n < SSL3_RT_HEADER_LENGTH || door.calls == NULL)
        return;

    size_t length = (size_t)(head[3] << 8 | head[4]);

    who = SSL_get_ex_data(ssl, door.ssl_index);
    if (who == NULL) {
        count_before(ssl, length);
        return;
    }

    size_t overhead = (uintptr_t)SSL_get_ex_data(ssl, door.bytes_index);

    if (!door.calls->take(who, length > overhead ? length - overhead : 1, door.ctx))
        end(ssl);
}

// Set now: OpenSSL from 3.2 on tells of no record to who asks once a connection is there.
static void on_context(
    void *parent, void *ptr, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
    (void)ptr;
    (void)data;
    (void)index;
    (void)argl;
    (void)argp;
    SSL_CTX_set_info_callback(parent, on_info);
    SSL_CTX_set_msg_callback(parent, on_message);
}

int tls_door_open(const struct tls_door_calls *calls, void *ctx, struct err *err)
{
    if (door.calls != NULL)
        return err_set(err, ERR_CONFLICT, "there is a door already");
    door.calls = calls;
    door.ctx = ctx;
    if (door.ssl_index == 0)
        door.ssl_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    if (door.bytes_index == 0)
        door.bytes_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    if (door.index == 0)
        door.index = SSL_CTX_get_ex_new_index(0, NULL, on_context, NULL, NULL);
    if (door.index <= 0 || door.ssl_index <= 0 || door.bytes_index <= 0)
        return err_set(err, ERR_NO_MEMORY, "OpenSSL does not tell of its contexts");
    return 0;
}

void tls_door_close(void)
{
    door.calls = NULL;
}
