// Files of certificates in PEM: those of the CA and of the server.
#include "server/pki/certificate_file.h"

#include <stdlib.h>
#include <string.h>

#include "test/fuzz/fuzz.h"

static size_t count_begins(const char *text)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, "-----BEGIN CERTIFICATE-----")) != NULL; at++)
        n++;
    return n;
}

// What is taken holds these certificates and nothing else, and is taken again as it is written.
static void check_file(const struct certificate_file *file, const char *text, size_t n)
{
    static char again[4 * FUZZ_INPUT_MAX];
    struct certificate_file copy;
    struct err err = {0};
    size_t used = 0;

    FUZZ_CHECK(file->count > 0 && file->count <= CERTIFICATE_FILE_MAX && file->size_bytes == n);
    FUZZ_CHECK(strlen(text) == n && count_begins(text) == file->count);
    for (size_t i = 0; i < file->count; i++) {
        char *pem;

        FUZZ_CHECK(certificate_to_pem(file->certificates[i], &pem, &err) == 0);
        FUZZ_CHECK(used + strlen(pem) < sizeof again);
        memcpy(again + used, pem, strlen(pem) + 1);
        used += strlen(pem);
        free(pem);
    }
    FUZZ_CHECK(certificate_file_parse((const uint8_t *)again, used, &copy, &err) == 0);
    FUZZ_CHECK(copy.count == file->count);
    certificate_file_clear(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char *text = fuzz_text(p, n);
    struct certificate_file file;
    struct err err = {0};

    fuzz_reveal_keys((uint8_t *)text, n);
    fuzz_fill(&file, sizeof file);
    if (certificate_file_parse((const uint8_t *)text, n, &file, &err) < 0) {
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        FUZZ_CHECK(fuzz_is_untouched(&file, sizeof file));
        return 0;
    }
    check_file(&file, text, n);
    certificate_file_clear(&file);
    return 0;
}
