// EST's answers.
#include "server/enrol/est_answer.h"

#include <stdlib.h>

#include "server/enrol/est_accept.h"
#include "server/enrol/est_body.h"
#include "server/pki/certs_only.h"

static void send_text(
    struct http_response *response, const char *type, const uint8_t *der, size_t n)
{
    char *text;
    size_t size;

    if (est_body_encode(der, n, &text, &size) < 0)
        return;

    struct http_response_bytes bytes = http_response_own(text, size);

    http_response_set_bytes(response, 200, type, &bytes);
}

static void send_one(struct http_response *response, const struct certificate *certificate)
{
    uint8_t *der;
    size_t n;

    if (certificate_to_der(certificate, &der, &n, NULL) < 0)
        return;

    struct http_response_bytes bytes = http_response_own(der, n);

    http_response_set_bytes(response, 200, "application/pkix-cert", &bytes);
}

void est_answer_certificates(const struct http_request *request, struct http_response *response,
    struct certificate *const *certificates, size_t count)
{
    uint8_t *der;
    size_t n;

    if (est_accept_wants_der(http_request_header(request, "Accept"))) {
        if (count == 1)
            send_one(response, certificates[0]);
        else
            http_response_set_text(response, 406,
                "there are %zu certificates; they come only together, as application/pkcs7-mime",
                count);
        return;
    }
    if (certs_only_encode(certificates, count, &der, &n, NULL) < 0)
        return;
    send_text(response, "application/pkcs7-mime; smime-type=certs-only", der, n);
    free(der);
}

void est_answer_attributes(struct http_response *response)
{
    // RFC 7030, 4.5.2; RFC 8951, 2.3: a sequence of an attribute, id-ecPublicKey with secp256r1,
    // and an identifier alone, ecdsa-with-SHA256.
    static const uint8_t der[] = {0x30, 0x21, 0x30, 0x15, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x02, 0x01, 0x31, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x06,
        0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

    send_text(response, "application/csrattrs", der, sizeof der);
}
