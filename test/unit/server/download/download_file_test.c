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
        {"84F3EB012345.crt", {DOWNLOAD_UNKNOWN, false, false}}, // download_file_usual_name()
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

static void knows_other_spellings(void **state)
{
    static const struct {
        const char *name, *usual;
    } cases[] = {
        {"84F3EB012345.crt", ME ".crt"},
        {"84f3Eb012345.key.der", ME ".key.der"},
        {"84:F3:EB:01:23:45.der", ME ".der"},
        {"84-f3-eb-01-23-45.key", ME ".key"},
        {"84F3EB012345", ME},
        {ME ".key", ME ".key"},
        {"84F3EB01234G.key", "84F3EB01234G.key"},
        {"84F3EB0123456.key", "84F3EB0123456.key"},
        {"config.json", "config.json"},
        {"CONFIG.JSON", "CONFIG.JSON"},
        {"", ""},
        {".key", ".key"},
        {"84:F3:EB:01:23:45.key.der.der.der", "84:F3:EB:01:23:45.key.der.der.der"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char usual[DOWNLOAD_FILE_NAME_SIZE];

        assert_string_equal(download_file_usual_name(cases[i].name, usual), cases[i].usual);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_kind_form_and_owner),
        cmocka_unit_test(knows_other_spellings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
