// Ids of streamed events, as clients give them back: what is read is written as it came, but for
// zeros before a number.
#include <string.h>

#include "server/api/api_event_id.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = fuzz_text(p, n);
    struct api_event_id id;
    struct api_event_id again;
    struct api_text text = {0};

    fuzz_fill(&id, sizeof id);
    if (!api_event_id_read(s, &id)) {
        FUZZ_CHECK(fuzz_is_untouched(&id, sizeof id));
        return 0;
    }
    FUZZ_CHECK(id.event >= 0 && id.change >= -1);
    FUZZ_CHECK((id.change >= 0) == (strchr(s, '.') != NULL));
    api_event_id_add(&text, &id);
    FUZZ_CHECK(!text.failed && text.n <= strlen(s));
    FUZZ_CHECK(api_event_id_read(fuzz_text((const uint8_t *)text.p, text.n), &again));
    FUZZ_CHECK(again.event == id.event && again.change == id.change);
    api_text_clear(&text);
    return 0;
}
