// Image names, one a line, and the order of their versions.
#include <stdio.h>
#include <string.h>

#include "common/image_name.h"
#include "common/image_version.h"
#include "test/fuzz/fuzz.h"

#define NAMES 3

static bool parse(const char *s, struct image_name *name)
{
    char text[2 * IMAGE_NAME_SIZE];
    struct image_name again;

    fuzz_fill(name, sizeof *name);
    if (!image_name_parse(s, strlen(s), name)) {
        FUZZ_CHECK(fuzz_is_untouched(name, sizeof *name));
        return false;
    }
    FUZZ_CHECK(name->board[0] != '\0' && name->version[0] != '\0');
    FUZZ_CHECK(strchr(name->version, '-') == NULL);
    snprintf(text, sizeof text, "%s-%s", name->board, name->version);
    FUZZ_CHECK(strcmp(text, name->text) == 0 && strcmp(text, s) == 0);
    FUZZ_CHECK(image_name_parse(text, strlen(text), &again));
    FUZZ_CHECK(memcmp(&again, name, sizeof again) == 0);
    return true;
}

static int compare(const struct image_name *a, const struct image_name *b)
{
    int order = image_version_compare(a->version, b->version);

    return (order > 0) - (order < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    struct image_name names[NAMES];
    size_t count = 0;

    for (size_t i = 0; i < NAMES; i++)
        count += parse(fuzz_take_line(&input), &names[count]);
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(compare(&names[i], &names[i]) == 0);
        for (size_t j = 0; j < count; j++)
            FUZZ_CHECK(compare(&names[i], &names[j]) == -compare(&names[j], &names[i]));
    }
    for (size_t i = 0; count == NAMES && i < NAMES; i++) {
        const struct image_name *a = &names[i];
        const struct image_name *b = &names[(i + 1) % NAMES];
        const struct image_name *c = &names[(i + 2) % NAMES];

        if (compare(a, b) <= 0 && compare(b, c) <= 0)
            FUZZ_CHECK(compare(a, c) <= 0);
    }
    return 0;
}
