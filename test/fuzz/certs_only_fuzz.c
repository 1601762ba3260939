// Certificates in PEM, and the PKCS #7 that is made of them.
#include "server/pki/certs_only.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "server/pki/certificate_file.h"
#include "test/fuzz/fuzz.h"

static void check_one(X509 *found, const struct certificate *expected)
{
    uint8_t *der, *own = NULL;
    size_t n;
    int own_n = i2d_X509(found, &own);

    FUZZ_CHECK(certificate_to_der(expected, &der, &n, NULL) == 0);
    FUZZ_CHECK(own_n > 0 && (size_t)own_n == n && memcmp(own, der, n) == 0);
    OPENSSL_free(own);
    free(der);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char *text = fuzz_text(p, n);
    struct certificate_file file;
    uint8_t *der;
    size_t size;

    if (certificate_file_parse((const uint8_t *)text, n, &file, NULL) < 0)
        return 0;
    FUZZ_CHECK(certs_only_encode(file.certificates, file.count, &der, &size, NULL) == 0);

    const uint8_t *at = der;
    PKCS7 *pkcs7 = d2i_PKCS7(NULL, &at, (long)size);

    FUZZ_CHECK(pkcs7 != NULL && at == der + size && PKCS7_type_is_signed(pkcs7));
    FUZZ_CHECK((size_t)sk_X509_num(pkcs7->d.sign->cert) == file.count);
    for (size_t i = 0; i < file.count; i++)
        check_one(sk_X509_value(pkcs7->d.sign->cert, (int)i), file.certificates[i]);
    PKCS7_free(pkcs7);
    free(der);
    certificate_file_clear(&file);
    return 0;
}
