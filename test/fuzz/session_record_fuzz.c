// A line of the file of whose client identifiers are: what is read is within its bounds, and is the
// same when it is written.
#include "server/broker/session_record.h"

#include <stdlib.h>
#include <string.h>

#include "test/fuzz/fuzz.h"

static void check_text(const char *text, size_t max)
{
    FUZZ_CHECK(text[0] != '\0' && strlen(text) <= max);
    for (const char *s = text; *s != '\0'; s++)
        FUZZ_CHECK(*s >= ' ' && *s <= '~');
}

static void check_written(const struct session_record *record)
{
    struct session_record again;
    char *text = NULL;
    size_t n;
    FILE *stream = open_memstream(&text, &n);

    if (stream == NULL)
        return;
    session_record_print(record, stream);
    if (fclose(stream) == 0) {
        FUZZ_CHECK(text[n - 1] == '\n');
        text[n - 1] = '\0';
        FUZZ_CHECK(session_record_parse(text, n - 1, &again));
        FUZZ_CHECK(again.seen_ms == record->seen_ms && strcmp(again.role, record->role) == 0);
        FUZZ_CHECK(strcmp(again.name, record->name) == 0);
        FUZZ_CHECK(strcmp(again.client_id, record->client_id) == 0);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct session_record record;

    fuzz_fill(&record, sizeof record);
    if (!session_record_parse(fuzz_text(p, n), n, &record)) {
        FUZZ_CHECK(fuzz_is_untouched(&record, sizeof record));
        return 0;
    }
    FUZZ_CHECK(record.seen_ms >= 0);
    check_text(record.role, ACCESS_TABLE_NAME_MAX);
    check_text(record.name, IDENTITY_NAME_SIZE - 1);
    check_text(record.client_id, SESSION_RECORD_ID_MAX);
    check_written(&record);
    return 0;
}
