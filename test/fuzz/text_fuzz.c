// Texts that the command line prints: nothing in them moves a terminal's cursor.
#include "server/ctl/text.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/utf8.h"
#include "test/fuzz/fuzz.h"

static void check_printed(const char *s, const char *escaped)
{
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);

    FUZZ_CHECK(stream != NULL);
    text_print(stream, s);
    FUZZ_CHECK(fclose(stream) == 0 && strcmp(text, escaped) == 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = fuzz_text(p, n);
    char *escaped = text_escape(s);

    FUZZ_CHECK(escaped != NULL && utf8_is_valid(escaped));
    for (const uint8_t *q = (const uint8_t *)escaped; *q != '\0'; q++) {
        FUZZ_CHECK(*q >= 0x20 && *q != 0x7f);
        FUZZ_CHECK(*q != 0xc2 || q[1] >= 0xa0); // C1 controls
        FUZZ_CHECK(*q != 0xd8 || q[1] != 0x9c); // U+061C
        FUZZ_CHECK(*q != 0xe2 || q[1] != 0x80 || q[2] < 0x8b || q[2] > 0xae ||
                   (q[2] > 0x8f && q[2] < 0xa8)); // U+200B to U+200F, U+2028 to U+202E
    }
    FUZZ_CHECK(text_width(escaped) <= strlen(escaped));
    check_printed(s, escaped);
    free(escaped);
    return 0;
}
