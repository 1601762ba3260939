// Records of certificates as another machine sends them: what is read of one is written the same.
#include <stdlib.h>
#include <string.h>

#include "server/pki/issued.h"
#include "test/fuzz/fuzz.h"

#define MAX 64

struct seen {
    char *pem[MAX];
    size_t count;
};

static int see(const struct certificate *certificate, void *ctx)
{
    struct seen *seen = ctx;

    if (seen->count == MAX)
        return 1;
    FUZZ_CHECK(certificate_to_pem(certificate, &seen->pem[seen->count++], NULL) == 0);
    return 0;
}

static void clear(struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++)
        free(seen->pem[i]);
    *seen = (struct seen){0};
}

// The same certificates, each behind the other as they are written, are read as the same.
static void check_again(const struct seen *seen)
{
    struct certificate *certificates[MAX];
    struct seen again = {0};
    char *text;
    size_t n;

    for (size_t i = 0; i < seen->count; i++)
        FUZZ_CHECK(certificate_from_pem((const uint8_t *)seen->pem[i], strlen(seen->pem[i]),
                       &certificates[i], NULL) == 0);
    FUZZ_CHECK(issued_format(certificates, seen->count, &text, &n, NULL) == 0);
    FUZZ_CHECK(issued_parse((const uint8_t *)text, n, see, &again, NULL) == 0);
    FUZZ_CHECK(again.count == seen->count);
    for (size_t i = 0; i < seen->count; i++) {
        FUZZ_CHECK(strcmp(again.pem[i], seen->pem[i]) == 0);
        certificate_free(certificates[i]);
    }
    clear(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);
    struct seen seen = {0};
    struct err err = {0};

    if (n == 0)
        return 0;

    int rc = issued_parse(bytes, n, see, &seen, &err);

    FUZZ_CHECK(rc >= 0 || (rc == ERR_INVALID && err.message[0] != '\0'));
    if (rc == 0 && seen.count > 0)
        check_again(&seen);
    clear(&seen);
    return 0;
}
