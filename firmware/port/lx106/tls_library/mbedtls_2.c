// Decryption of AES blocks, which neither GCM nor CTR does: Mbed TLS 2 links it with its tables,
// 3 KB, unless it is told that somebody else has it (mbedtls_config_2.h).
#include <mbedtls/aes.h>
#include <mbedtls/platform.h>

int mbedtls_aes_setkey_dec(mbedtls_aes_context *ctx, const unsigned char *key, unsigned int keybits)
{
    (void)ctx;
    (void)key;
    (void)keybits;
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

int mbedtls_internal_aes_decrypt(
    mbedtls_aes_context *ctx, const unsigned char input[16], unsigned char output[16])
{
    (void)ctx;
    (void)input;
    (void)output;
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}
