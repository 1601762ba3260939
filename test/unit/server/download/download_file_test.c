// File names on the download server.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "server/download/download_file.h"

#define ME "84f3eb012345"
#define OTHER "84f3eb012346"

static void tells_kind_form_and_owner(void **state)
{
    static const struct {
        const char *name;
        struct download_file file;
    } cases[] = {
        {"config.json", {DOWNLOAD_CONFIG, false, false}},
        {"firmware.bin", {DOWNLOAD_FIRMWARE, false, false}},
        {"ca.crt", {DOWNLOAD_CA, false, false}},
        {"ca.crt.der", {DOWNLOAD_CA, true, false}},
        {"ca.der", {DOWNLOAD_CA, true, false}},
        {ME ".crt", {DOWNLOAD_CERT, false, false}},
        {ME ".key", {DOWNLOAD_KEY, false, false}},
        {ME ".crt.der", {DOWNLOAD_CERT, true, false}},
        {ME ".key.der", {DOWNLOAD_KEY, true, false}},
        {ME ".der", {DOWNLOAD_CERT, true, false}},
        {OTHER ".crt", {DOWNLOAD_CERT, false, true}},
        {OTHER ".key", {DOWNLOAD_KEY, false, true}},
        {OTHER ".key.der", {DOWNLOAD_KEY, true, true}},
        {"ca.key", {DOWNLOAD_UNKNOWN, false, false}},
        {ME, {DOWNLOAD_UNKNOWN, false, false}},
        {ME ".pem", {DOWNLOAD_UNKNOWN, false, false}},
        {ME ".key.bak", {DOWNLOAD_UNKNOWN, false, false}},
        {"84F3EB012345.crt", {DOWNLOAD_UNKNOWN, false, false}},
        {"../" ME ".key", {DOWNLOAD_UNKNOWN, false, false}},
        {"84f3eb01234", {DOWNLOAD_UNKNOWN, false, false}},
        {"config.json ", {DOWNLOAD_UNKNOWN, false, false}},
        {"CONFIG.JSON", {DOWNLOAD_UNKNOWN, false, false}},
        {"", {DOWNLOAD_UNKNOWN, false, false}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct download_file file = download_file_of(cases[i].name, ME);

        if (file.kind != cases[i].file.kind || file.der != cases[i].file.der ||
            file.foreign != cases[i].file.foreign)
            fail_msg("%s: %d %d %d", cases[i].name, file.kind, file.der, file.foreign);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_kind_form_and_owner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
