// MACs as people type them, and as keys of the database.
#include <string.h>

#include "common/mac.h"
#include "server/store/mac_key.h"
#include "test/fuzz/fuzz.h"

// The same MAC with a separator between its pairs.
static void check_separated(const char mac[MAC_SIZE], char separator)
{
    char text[MAC_LENGTH + 6];
    char again[MAC_SIZE];
    size_t n = 0;

    for (size_t i = 0; i < MAC_LENGTH; i++) {
        if (i > 0 && i % 2 == 0)
            text[n++] = separator;
        text[n++] = mac[i];
    }
    text[n] = '\0';
    FUZZ_CHECK(mac_parse(text, again) && strcmp(mac, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = fuzz_text(p, n);
    bool canonical = mac_is_valid((const char *)fuzz_bytes(p, n), n);
    char mac[MAC_SIZE];
    char again[MAC_SIZE];
    int64_t key;

    fuzz_fill(mac, sizeof mac);
    if (!mac_parse(s, mac)) {
        FUZZ_CHECK(!canonical && fuzz_is_untouched(mac, sizeof mac));
        FUZZ_CHECK(!mac_key_from_text(s, &key));
        return 0;
    }
    FUZZ_CHECK(mac[MAC_LENGTH] == '\0' && mac_is_valid(mac, MAC_LENGTH));
    FUZZ_CHECK(!canonical || memcmp(mac, p, MAC_LENGTH) == 0);
    FUZZ_CHECK(mac_parse(mac, again) && strcmp(mac, again) == 0);
    FUZZ_CHECK(mac_parse_begin(s, again) == strlen(s) && strcmp(mac, again) == 0);
    check_separated(mac, ':');
    check_separated(mac, '-');
    FUZZ_CHECK(mac_key_from_text(mac, &key) && key >= 0 && key < (int64_t)1 << 48);
    mac_key_to_text(key, again);
    FUZZ_CHECK(strcmp(mac, again) == 0);
    return 0;
}
