// What says who asks: a line with the value of Authorization, one with that of Cookie, one with the
// hash of a password, then Sec-Fetch-Site, Origin and Host.
#include <string.h>
#include <strings.h>

#include "server/operator/operator_name.h"
#include "server/operator/operator_origin.h"
#include "server/operator/operator_secret.h"
#include "server/pki/password_hash.h"
#include "test/fuzz/fuzz.h"

static void check_secret(const char *secret, size_t n)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    FUZZ_CHECK(strlen(secret) == n && strspn(secret, alphabet) == n);
}

static void check_headers(const char *authorization, const char *cookie)
{
    char secret[OPERATOR_SECRET_SIZE];
    int rc;

    fuzz_fill(secret, sizeof secret);
    if (operator_secret_of_bearer(authorization, secret)) {
        check_secret(secret, 47);
        FUZZ_CHECK(strstr(authorization, secret) != NULL);
    } else {
        FUZZ_CHECK(fuzz_is_untouched(secret, sizeof secret));
    }
    fuzz_fill(secret, sizeof secret);
    rc = operator_secret_of_cookie(cookie, secret);
    FUZZ_CHECK(rc == 0 || rc == 1 || rc == ERR_INVALID);
    if (rc == 1) {
        check_secret(secret, 43);
        FUZZ_CHECK(strstr(cookie, secret) != NULL);
    } else {
        FUZZ_CHECK(fuzz_is_untouched(secret, sizeof secret));
    }
}

static void check_password(const char *text)
{
    struct password_hash hash;

    fuzz_fill(&hash, sizeof hash);
    if (!password_hash_parse(text, &hash)) {
        FUZZ_CHECK(fuzz_is_untouched(&hash, sizeof hash));
        return;
    }
    FUZZ_CHECK(hash.ln > 0 && hash.r > 0 && hash.p > 0);
    FUZZ_CHECK(((uint64_t)hash.r << hash.ln) * 128 <= (uint64_t)64 << 20);
}

static const char *or_none(const char *line)
{
    return line[0] != '\0' ? line : NULL;
}

static void check_origin(struct fuzz_input *input)
{
    struct operator_origin from;

    from.site = or_none(fuzz_take_line(input));
    from.origin = or_none(fuzz_take_line(input));
    from.host = or_none(fuzz_take_line(input));
    if (!operator_origin_is_own(&from, true))
        return;
    FUZZ_CHECK(operator_origin_is_own(&from, false));
    FUZZ_CHECK(from.site != NULL || from.origin != NULL);
    FUZZ_CHECK(from.site == NULL || strcmp(from.site, "same-origin") == 0);
    FUZZ_CHECK(from.origin == NULL ||
               (from.host != NULL && strcasecmp(from.origin + strlen("https://"), from.host) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    const char *authorization = fuzz_take_line(&input);
    const char *cookie = fuzz_take_line(&input);
    const char *text = fuzz_take_line(&input);

    check_headers(authorization, cookie);
    check_password(text);
    FUZZ_CHECK(operator_name_check(authorization, NULL) <= 0);
    FUZZ_CHECK(operator_name_check_password(cookie, text, NULL) <= 0);
    check_origin(&input);
    return 0;
}
