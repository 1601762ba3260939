// Which codings a client takes: another coding behind them changes nothing, and who has refused
// gzip first does not get it.
#include <stdlib.h>
#include <string.h>

#include "server/gui/gui_encoding.h"
#include "test/fuzz/fuzz.h"

static bool takes(const char *before, const char *field, const char *behind)
{
    size_t n = strlen(before) + strlen(field) + strlen(behind);
    char *whole = malloc(n + 1);
    bool result;

    FUZZ_CHECK(whole != NULL);
    strcpy(whole, before);
    strcat(whole, field);
    strcat(whole, behind);
    result = gui_encoding_takes_gzip(fuzz_text((const uint8_t *)whole, n));
    free(whole);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = fuzz_text(p, n);
    bool is_taken = gui_encoding_takes_gzip(s);

    FUZZ_CHECK(takes("", s, ",br") == is_taken);
    FUZZ_CHECK(takes("br, ", s, "") == is_taken);
    FUZZ_CHECK(!takes("gzip;q=0,", s, ""));
    FUZZ_CHECK(takes("gzip,", s, ""));
    return 0;
}
