// PEM files that the daemon reads: certificates and keys of devices.
#include "server/pki/pem.h"

#include <stdlib.h>
#include <string.h>

#include "server/pki/certificate.h"
#include "server/pki/device_credential.h"
#include "test/fuzz/fuzz.h"

static void check_certificate(const uint8_t *p, size_t n)
{
    struct certificate *certificate;
    struct err err = {0};
    char *pem;

    if (certificate_from_pem(p, n, &certificate, &err) < 0) {
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return;
    }
    (void)certificate_not_after_ms(certificate);
    if (certificate_to_pem(certificate, &pem, &err) == 0)
        free(pem);
    certificate_free(certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    uint8_t *bytes = fuzz_bytes(p, n);
    struct err err = {0};
    uint8_t *der;
    size_t size = 0;

    fuzz_reveal_keys(bytes, n);

    if (pem_to_der(bytes, n, &der, &size, &err) == 0) {
        FUZZ_CHECK(size > 0 && size <= n);
        free(der);
    } else {
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
    }
    check_certificate(bytes, n);
    (void)!device_credential_check_certificate(bytes, n, "84f3eb012345", &err);
    (void)!device_credential_check_key(bytes, n, bytes, n, &err);
    return 0;
}
