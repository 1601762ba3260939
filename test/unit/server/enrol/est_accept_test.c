// Which form of a certificate a client gets.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/enrol/est_accept.h"

static void test_rows(void **state)
{
    static const struct {
        const char *accept;
        bool der;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"*/*", false},
        {"application/*", false},
        {"application/pkcs7-mime", false},
        {"application/pkix-cert", true},
        {"APPLICATION/Pkix-Cert", true},
        {"application/pkix-cert2", false},
        {"application/pkix-cer", false},
        {" application/pkix-cert ", true},
        {"text/plain, application/pkix-cert", true},
        {"text/plain,application/pkix-cert,*/*", true},
        {"application/pkix-cert, application/pkcs7-mime", false},
        {"application/pkix-cert;q=0", false},
        {"application/pkix-cert;q=0.0", false},
        {"application/pkix-cert;q=0.001", true},
        {"application/pkix-cert; q=0.5", true},
        {"application/pkix-cert;q=1.000, application/pkcs7-mime;q=0.999", true},
        {"application/pkix-cert;q=0.4, application/pkcs7-mime;q=0.5", false},
        {"application/pkcs7-mime;smime-type=certs-only;q=0.2, application/pkix-cert", true},
        {"application/pkix-cert;q=2", false},
        {"application/pkix-cert;q=1.1", false},
        {"application/pkix-cert;q=", false},
        {"application/pkix-cert;q=0.1234", false},
        {"application/pkix-cert;q=-1", false},
        {"application/pkix-cert;q=x", false},
        {"application/pkix-cert;Q=0", false},
        {"application/pkix-cert;v=1", true},
        {";,;,", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (est_accept_wants_der(rows[i].accept) != rows[i].der)
            fail_msg("row %zu: \"%s\"", i, rows[i].accept != NULL ? rows[i].accept : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
