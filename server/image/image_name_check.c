// Whether an image's name says what its author meant.
#include "server/image/image_name_check.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define EXAMPLES "write <BOARD>-1.2.3, or <BOARD>-1.2.3-rc1 for a pre-release"

// What stands in no name, and what people who write it want to say.
static const struct {
    const char *text;
    const char *reason;
} foreign[] = {
    {"+", "build metadata has no place in an order of versions: make it a field, as in 1.2.3.4"},
    {"~", "a pre-release follows a '-', as in 1.2.3-rc1"},
    {"/", "a name is not a path"},
    {" ", "it contains a blank"},
};

static int refuse_unreadable(const char *text, struct err *err)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (strstr(text, foreign[i].text) != NULL)
            return err_set(
                err, ERR_INVALID, "'%.80s' is not an image name: %s", text, foreign[i].reason);
    }
    if (strlen(text) > IMAGE_NAME_MAX)
        return err_set(err, ERR_INVALID,
            "'%.80s' is not an image name: it has %zu characters, the limit is %d", text,
            strlen(text), IMAGE_NAME_MAX);
    return err_set(err, ERR_INVALID,
        "'%.80s' is not an image name <BOARD>-<VERSION>: fields of a version are all digits or all "
        "letters; " EXAMPLES,
        text);
}

// Whether the n characters look like a version: a number, perhaps behind a "v", and nothing but
// numbers and dots, or a dot somewhere.
static bool looks_like_version(const char *s, size_t n)
{
    size_t mark = n > 1 && (s[0] == 'v' || s[0] == 'V') ? 1 : 0;

    if (n == 0 || !isdigit((unsigned char)s[mark]))
        return false;
    return memchr(s, '.', n) != NULL || strspn(s + mark, "0123456789") >= n - mark;
}

// Whether a part of the board behind a '-' looks like a version, or part of one.
static bool board_is_doubtful(const char *board)
{
    const char *dash = board;

    while ((dash = strchr(dash, '-')) != NULL) {
        dash++;
        if (looks_like_version(dash, strcspn(dash, "-")))
            return true;
    }
    return false;
}

// Whether people mean by a word that the release is still to come.
static bool means_before(const char *word, size_t n)
{
    static const char *const words[] = {"alpha", "beta", "canary", "debug", "dev", "draft",
        "experimental", "milestone", "nightly", "pre", "prerelease", "preview", "rc", "snapshot",
        "test", "testing", "unstable", "wip"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == n && strncasecmp(word, words[i], n) == 0)
            return true;
    }
    return false;
}

// The field of the release that people write for a pre-release, or NULL. It would come after.
static const char *find_pre_release(const char *version, size_t *size)
{
    const char *end = version + strcspn(version, "-");

    for (const char *field = version; field < end; field += *size + 1) {
        *size = strcspn(field, ".-");
        if (means_before(field, *size))
            return field;
    }
    return NULL;
}

// Whether what stands as a pre-release, before its release, is perhaps meant to come after it, as
// 1.0-hotfix1 is.
static bool pre_release_is_doubtful(const char *version)
{
    const char *word = strchr(version, '-');
    size_t n = 0;

    if (word == NULL)
        return false;
    word++;
    while (isalpha((unsigned char)word[n]))
        n++;
    return !means_before(word, n) && (n != 1 || strchr("abcABC", word[0]) == NULL); // a1, b2, c3
}

// The same name with that field of its version as a pre-release; false if that is none.
static bool suggest(const struct image_name *name, const char *word, struct image_name *out)
{
    size_t before = strlen(name->board) + 1 + (size_t)(word - name->version);
    char text[IMAGE_NAME_SIZE];

    memcpy(text, name->text, sizeof text);
    if (word == name->version)
        return false;
    text[before - 1] = '-';
    return image_name_parse(text, strlen(text), out) && strcmp(out->board, name->board) == 0;
}

static int refuse_doubtful(const struct image_name *name, struct err *err)
{
    struct image_name better;
    size_t size;
    const char *word = find_pre_release(name->version, &size);

    if (board_is_doubtful(name->board))
        return err_set(err, ERR_CONFLICT,
            "%s would be version %s of a board %s; if that is what you mean, add --literal-name; "
            "otherwise " EXAMPLES,
            name->text, name->version, name->board);
    if (word != NULL && suggest(name, word, &better))
        return err_set(err, ERR_CONFLICT,
            "%s: version %s would be newer than the same without '%.*s'; what comes before that is "
            "%s; if you mean the other, add --literal-name",
            name->text, name->version, (int)size, word, better.text);
    if (word != NULL)
        return err_set(err, ERR_CONFLICT,
            "%s: version %s would be newer than the same without '%.*s'; after a '-' that is a "
            "pre-release, as in 1.2.3-rc1; if that is what you mean, add --literal-name",
            name->text, name->version, (int)size, word);
    if (pre_release_is_doubtful(name->version))
        return err_set(err, ERR_CONFLICT,
            "%s: version %s would be a pre-release, older than %.*s; what comes after it has one "
            "more field, as in 1.2.3.1; if that is what you mean, add --literal-name",
            name->text, name->version, (int)strcspn(name->version, "-"), name->version);
    return 0;
}

int image_name_check(const char *text, bool literal, struct image_name *out, struct err *err)
{
    struct image_name name;

    if (!image_name_parse(text, strlen(text), &name))
        return refuse_unreadable(text, err);
    if (!literal) {
        int rc = refuse_doubtful(&name, err);

        if (rc < 0)
            return rc;
    }
    *out = name;
    return 0;
}
