// The headers that set terms: a line with If-Match, one with Idempotency-Key.
#include <string.h>

#include "server/api/api_entity_tags.h"
#include "server/api/api_once_key.h"
#include "test/fuzz/fuzz.h"

static void read_tags(const char *list)
{
    struct err err = {0};

    if (api_entity_tags_check(list, &err) < 0) {
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return;
    }
    FUZZ_CHECK(strcmp(list, "*") == 0 || strchr(list, '"') != NULL);
    FUZZ_CHECK(!api_entity_tags_have(list, ""));
    if (api_entity_tags_have(list, "abc") && strcmp(list, "*") != 0)
        FUZZ_CHECK(strstr(list, "\"abc\"") != NULL || strstr(list, "\"abc.") != NULL);
}

static void read_key(const char *value)
{
    char key[API_ONCE_KEY_SIZE];
    struct err err = {0};

    fuzz_fill(key, sizeof key);
    if (api_once_key_read(value, key, &err) < 0) {
        FUZZ_CHECK(err.code == ERR_INVALID && fuzz_is_untouched(key, sizeof key));
        return;
    }
    FUZZ_CHECK(strlen(key) >= API_ONCE_KEY_MIN && strlen(key) + 2 <= strlen(value));
    FUZZ_CHECK(value[0] == '"' && value[strlen(value) - 1] == '"');
    for (const char *p = key; *p != '\0'; p++)
        FUZZ_CHECK(*p >= 0x20 && *p <= 0x7E);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};

    read_tags(fuzz_take_line(&input));
    read_key(fuzz_take_line(&input));
    return 0;
}
