// A log-in's file, which a crash or another program may have damaged.
#include <string.h>

#include "server/ctl/server_record.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct server_record record;
    struct err err = {0};

    fuzz_fill(&record, sizeof record);
    if (server_record_decode((const char *)fuzz_bytes(p, n), n, &record, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&record, sizeof record));
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return 0;
    }

    char url[SERVER_URL_SIZE];
    char pin[KEY_PIN_SIZE];

    // What goes into a request.
    FUZZ_CHECK(record.token[0] != '\0' && strpbrk(record.token, " \r\n\t") == NULL);
    FUZZ_CHECK(server_url_normalize(record.url, url, NULL) == 0 && strcmp(url, record.url) == 0);
    FUZZ_CHECK(key_pin_parse(record.pin, pin, NULL) == 0 && strcmp(pin, record.pin) == 0);
    FUZZ_CHECK(memchr(record.user, '\0', sizeof record.user) != NULL);
    return 0;
}
