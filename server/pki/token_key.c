// Private keys in tokens, by OpenSSL's engine for PKCS #11.
#define OPENSSL_SUPPRESS_DEPRECATED // engines: the provider in their place is not in Debian 12
#include "server/pki/token_key.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/engine.h>
#include <openssl/evp.h>

#include "server/pki/openssl_error.h"

#define SCHEME "pkcs11:"
#define MODULE_PATH "module-path="
#define INSTALL "install libengine-pkcs11-openssl"

bool token_key_is_uri(const uint8_t *p, size_t n)
{
    return n >= sizeof SCHEME - 1 && memcmp(p, SCHEME, sizeof SCHEME - 1) == 0;
}

static int read_line(const uint8_t *p, size_t n, char uri[TOKEN_KEY_URI_MAX], struct err *err)
{
    size_t length = 0;

    while (length < n && p[length] != '\n' && p[length] != '\r')
        length++;
    while (length > 0 && p[length - 1] == ' ')
        length--;
    if (length >= TOKEN_KEY_URI_MAX)
        return err_set(
            err, ERR_INVALID, "a PKCS #11 URI of more than %d characters", TOKEN_KEY_URI_MAX - 1);
    for (size_t i = 0; i < length; i++) {
        if (p[i] <= ' ' || p[i] > '~')
            return err_set(err, ERR_INVALID,
                "a PKCS #11 URI has no character 0x%02x; write it as %%%02X", p[i], p[i]);
    }
    memcpy(uri, p, length);
    uri[length] = '\0';
    return 0;
}

// Takes the module out of the URI's query (RFC 7512, 2.4), as the engine does not know it there; ""
// if none is named.
static int take_module(char uri[TOKEN_KEY_URI_MAX], char module[TOKEN_KEY_URI_MAX], struct err *err)
{
    char *p = strchr(uri, '?');
    size_t n;

    module[0] = '\0';
    while (p != NULL && strncmp(p + 1, MODULE_PATH, sizeof MODULE_PATH - 1) != 0)
        p = strchr(p + 1, '&');
    if (p == NULL)
        return 0;
    n = strcspn(p + sizeof MODULE_PATH, "&");
    memcpy(module, p + sizeof MODULE_PATH, n);
    module[n] = '\0';
    if (module[0] != '/' || strchr(module, '%') != NULL)
        return err_set(
            err, ERR_INVALID, "module-path: give the whole path of the module, without '%%'");

    char *rest = p + sizeof MODULE_PATH + n;

    if (rest[0] == '\0') // it was the last
        p[0] = '\0';
    else
        memmove(p + 1, rest + 1, strlen(rest));
    return 0;
}

static int open_engine(const char *module, ENGINE **out, struct err *err)
{
    ENGINE *engine;

    if (module[0] != '\0' && access(module, R_OK) < 0)
        return err_set(err, ERR_UNAVAILABLE, "the PKCS #11 module %s cannot be read: %m", module);
    ENGINE_load_dynamic();
    engine = ENGINE_by_id("pkcs11");
    if (engine == NULL)
        return openssl_error_set(
            err, ERR_UNAVAILABLE, "OpenSSL has no engine for PKCS #11; " INSTALL);
    (void)ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0); // what is wrong, we say
    if ((module[0] != '\0' && ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) != 1) ||
        ENGINE_init(engine) != 1) {
        ENGINE_free(engine);
        return openssl_error_set(err, ERR_UNAVAILABLE, "cannot use the PKCS #11 module %s",
            module[0] != '\0' ? module : "of p11-kit");
    }
    *out = engine;
    return 0;
}

int token_key_open(const uint8_t *p, size_t n, EVP_PKEY **out, struct err *err)
{
    char uri[TOKEN_KEY_URI_MAX];
    char module[TOKEN_KEY_URI_MAX];
    ENGINE *engine = NULL;
    int rc = read_line(p, n, uri, err);

    if (rc == 0)
        rc = take_module(uri, module, err);
    if (rc == 0)
        rc = open_engine(module, &engine, err);
    if (rc < 0)
        return rc;
    *out = ENGINE_load_private_key(engine, uri, NULL, NULL);
    ENGINE_finish(engine); // the key keeps it
    ENGINE_free(engine);
    return *out != NULL
               ? 0
               : openssl_error_set(err, ERR_UNAVAILABLE,
                     "no private key in a token by this PKCS #11 URI, or its PIN is wrong");
}
