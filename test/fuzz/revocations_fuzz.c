// The list of who is shut out, as the broker's plugin reads it.
#include <stdlib.h>
#include <string.h>

#include "server/model/revocation_list.h"
#include "test/fuzz/fuzz.h"

// What is taken is taken again as it is written, and says the same.
static void check_again(const struct revocation_list *list)
{
    struct revocation_list *again;
    struct err err = {0};
    char *text;
    char *twice;
    size_t n;
    size_t m;

    FUZZ_CHECK(revocation_list_format(list, &text, &n) == 0 && strlen(text) == n);
    FUZZ_CHECK(revocation_list_parse(text, n, &again, &err) == 0);
    FUZZ_CHECK(revocation_list_number(again) == revocation_list_number(list));
    FUZZ_CHECK(revocation_list_count(again) == revocation_list_count(list));
    FUZZ_CHECK(revocation_list_format(again, &twice, &m) == 0 && m == n);
    FUZZ_CHECK(memcmp(text, twice, n) == 0);
    revocation_list_free(again);
    free(text);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct revocation_list *list = NULL;
    struct err err = {0};
    int rc = revocation_list_parse((const char *)fuzz_bytes(p, n), n, &list, &err);

    if (rc < 0) {
        FUZZ_CHECK(list == NULL && err.code == rc && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(p[n - 1] == '\n');
    check_again(list);
    revocation_list_free(list);
    return 0;
}
