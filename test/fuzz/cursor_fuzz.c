// Places in the API's lists, as clients give them back.
#include <string.h>

#include "server/api/api_cursor.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = fuzz_text(p, n);
    struct api_cursor cursor;
    char again[API_CURSOR_SIZE];

    fuzz_fill(&cursor, sizeof cursor);
    if (!api_cursor_decode(s, &cursor)) {
        FUZZ_CHECK(fuzz_is_untouched(&cursor, sizeof cursor));
        return 0;
    }
    FUZZ_CHECK(memchr(cursor.tail, '\0', sizeof cursor.tail) != NULL);
    FUZZ_CHECK(memchr(cursor.text, '\0', sizeof cursor.text) != NULL);
    api_cursor_encode(&cursor, again);
    FUZZ_CHECK(strcmp(s, again) == 0);
    return 0;
}
