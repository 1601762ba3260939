// What an operator gives for webhooks: URLs, secrets and networks. What is taken is harmless, and
// comes out again.
#include <string.h>

#include "server/webhook/webhook_allow.h"
#include "server/webhook/webhook_sign.h"
#include "server/webhook/webhook_url.h"
#include "test/fuzz/fuzz.h"

static void check_url(const char *text)
{
    struct webhook_url url;

    if (webhook_url_parse(text, &url, NULL) < 0)
        return;
    FUZZ_CHECK(url.host[0] != '\0' && strpbrk(url.host, "@/\\ \r\n") == NULL);
    FUZZ_CHECK(strncmp(text, url.origin, strlen(url.origin)) == 0);
    FUZZ_CHECK(strchr("/?", text[strlen(url.origin)]) != NULL); // or its end
    FUZZ_CHECK(url.has_tls == (strncmp(text, "https:", 6) == 0));
}

static void check_secret(const char *text)
{
    char again[WEBHOOK_SIGN_SECRET_SIZE];
    struct webhook_key key;

    if (webhook_sign_read(text, &key, NULL) < 0)
        return;
    FUZZ_CHECK(key.n >= WEBHOOK_KEY_MIN && key.n <= WEBHOOK_KEY_MAX);
    webhook_sign_write(&key, again);
    FUZZ_CHECK(strcmp(text, again) == 0);
}

static void check_networks(const char *text)
{
    struct webhook_allow allow;
    struct webhook_address address;

    if (webhook_allow_parse(text, &allow, NULL) < 0)
        return;
    FUZZ_CHECK(allow.count <= WEBHOOK_ALLOW_MAX);
    for (size_t i = 0; i < allow.count; i++) {
        FUZZ_CHECK(allow.networks[i].bits <= 128);
        memcpy(address.bytes, allow.networks[i].prefix, sizeof address.bytes);
        FUZZ_CHECK(webhook_allow_refuse(&allow, &address, true) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *text = fuzz_text(p, n);

    check_url(text);
    check_secret(text);
    check_networks(text);
    return 0;
}
