// A payload from a device, as a will's: what is taken can be kept and read again.
#include "server/ingest/payload.h"

#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/utf8.h"
#include "test/fuzz/fuzz.h"

#define MAX ((int64_t)1 << 53)

static void check_member(const json_t *object, const char *name)
{
    const char *whole = json_string_value(json_object_get(object, name));
    char text[16];
    char cut[16];
    int64_t number = MAX + 1;

    payload_get_text(object, name, text, sizeof text);
    payload_get_text_cut(object, name, cut, sizeof cut);
    FUZZ_CHECK(strlen(text) < sizeof text && utf8_is_valid(text));
    FUZZ_CHECK(strlen(cut) < sizeof cut && utf8_is_valid(cut));
    if (text[0] != '\0')
        FUZZ_CHECK(strcmp(text, cut) == 0);
    if (whole != NULL) // at most a part of a character is lost
        FUZZ_CHECK(strncmp(whole, cut, strlen(cut)) == 0 &&
                   (strcmp(whole, cut) == 0 || strlen(cut) + 4 >= sizeof cut));
    if (payload_get_integer(object, name, -MAX, MAX, &number))
        FUZZ_CHECK(number >= -MAX && number <= MAX && text[0] == '\0');
    else
        FUZZ_CHECK(number == MAX + 1);
}

static void check_again(const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    const char *reason = "";
    json_t *again = NULL;

    FUZZ_CHECK(text != NULL);
    if (strlen(text) <= CONTRACT_PAYLOAD_MAX) { // a number may have become longer
        FUZZ_CHECK(payload_parse((const uint8_t *)text, strlen(text), &again, &reason) == 0);
        FUZZ_CHECK(json_object_size(again) == json_object_size(object));
        json_decref(again);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *reason = NULL;
    const char *name;
    json_t *value;
    json_t *object = NULL;

    if (payload_parse(fuzz_bytes(p, n), n, &object, &reason) < 0) {
        FUZZ_CHECK(object == NULL && reason != NULL);
        return 0;
    }
    FUZZ_CHECK(n <= CONTRACT_PAYLOAD_MAX && json_is_object(object));
    json_object_foreach(object, name, value)
    {
        check_member(object, name);
    }
    check_again(object);
    json_decref(object);

    // The store keeps the text, from which the API makes JSON again.
    object = json_loads(fuzz_text(p, n), JSON_DECODE_INT_AS_REAL, NULL);
    FUZZ_CHECK(object != NULL);
    json_decref(object);
    return 0;
}
