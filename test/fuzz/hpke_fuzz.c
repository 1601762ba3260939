// Sealed messages that the device opens. The input is a message, and what is changed of one that
// opens: nothing else than that one may open.
#include <string.h>

#include <mbedtls/pk.h>

#include "firmware/core/tls_library.h"
#include "firmware/enrol/hpke.h"
#include "firmware/enrol/key.h"
#include "test/fuzz/fuzz.h"
#include "test/unit/hpke_vector.h"

struct recipient {
    mbedtls_pk_context key;
    struct tls_random random;
    struct hpke hpke;
    uint8_t info[32];
    uint8_t aad[32];
    uint8_t sealed[128];
    size_t sealed_size;
    uint8_t text[64];
    size_t text_size;
};

static int draw(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    memset(p, 7, n);
    return 0;
}

static void read_key(struct recipient *recipient)
{
    uint8_t der[KEY_DER_SIZE];
    char pem[KEY_PEM_SIZE];
    size_t n = hpke_vector_bytes("30770201010420" HPKE_VECTOR_PRIVATE, der);

    n += hpke_vector_bytes("a00a06082a8648ce3d030107a144034200" HPKE_VECTOR_PUBLIC, der + n);
    n = pem_write(KEY_LABEL, der, n, pem);
    mbedtls_pk_init(&recipient->key);
    FUZZ_CHECK(tls_library_read_key(&recipient->key, (const uint8_t *)pem, n) == 0);
}

// Once: to make it takes longer than to open.
static struct recipient *get_recipient(void)
{
    static const struct port_ops ops = {.random = draw};
    static struct port port = {.ops = &ops};
    static struct recipient recipient;

    if (recipient.hpke.key != NULL)
        return &recipient;
    read_key(&recipient);
    tls_random_init(&recipient.random);
    FUZZ_CHECK(tls_random_seed(&recipient.random, &port) == 0);
    recipient.hpke = (struct hpke){
        .key = &recipient.key,
        .random = &recipient.random,
        .info = {recipient.info, hpke_vector_bytes(HPKE_VECTOR_INFO, recipient.info)},
        .aad = {recipient.aad, hpke_vector_bytes(HPKE_VECTOR_AAD, recipient.aad)},
    };
    recipient.sealed_size =
        hpke_vector_bytes(HPKE_VECTOR_ENCAPSULATED HPKE_VECTOR_SEALED, recipient.sealed);
    recipient.text_size = hpke_vector_bytes(HPKE_VECTOR_TEXT, recipient.text);
    return &recipient;
}

static void check(const struct recipient *recipient, const uint8_t *p, size_t n)
{
    uint8_t *message = fuzz_bytes(p, n);
    struct failure failure = {0};
    bool is_known = n == recipient->sealed_size && memcmp(p, recipient->sealed, n) == 0;
    int rc = hpke_open(&recipient->hpke, message, n, &failure);

    FUZZ_CHECK(is_known == (rc >= 0));
    if (is_known) {
        FUZZ_CHECK((size_t)rc == recipient->text_size);
        FUZZ_CHECK(memcmp(message, recipient->text, recipient->text_size) == 0);
    } else {
        FUZZ_CHECK(rc == -(int)RESULT_FILE_INVALID && failure.result == RESULT_FILE_INVALID);
        FUZZ_CHECK(failure.detail[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct recipient *recipient = get_recipient();
    uint8_t changed[sizeof recipient->sealed];

    check(recipient, p, n);
    memcpy(changed, recipient->sealed, recipient->sealed_size);
    for (size_t i = 0; i < recipient->sealed_size && i < n; i++)
        changed[i] ^= p[i];
    check(recipient, changed, recipient->sealed_size);
    return 0;
}
