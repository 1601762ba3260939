// The query of firmware.bin?curimage=..., percent-encoded.
#include <string.h>

#include "server/download/download_query.h"
#include "server/http/http_incoming.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char *text = fuzz_text(p, n);
    size_t before = strlen(text);
    size_t after = http_incoming_unescape(NULL, NULL, text);
    struct image_name name;
    const char *reason = NULL;

    FUZZ_CHECK(after <= before && strlen(text) == after);
    fuzz_fill(&name, sizeof name);
    if (download_query_curimage(text, &name, &reason) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&name, sizeof name));
        FUZZ_CHECK(reason != NULL && strchr(reason, '\n') == NULL);
        return 0;
    }
    FUZZ_CHECK(strcmp(name.text, text) == 0);
    FUZZ_CHECK(strpbrk(text, "%/\\ \t\r\n\"'<>&") == NULL);
    return 0;
}
