#ifndef LX106_MBEDTLS_CONFIG_3_H
#define LX106_MBEDTLS_CONFIG_3_H

#include "firmware/port/lx106/config/mbedtls_config.h"
#include "firmware/port/lx106/config/multiply_add.h"

// For Mbed TLS 3.6, which checks it by itself.

#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT // GCM and CTR encrypt only
#define MBEDTLS_PLATFORM_MS_TIME_ALT    // nothing that we use asks for it

#define MULADDC_X1_INIT MULTIPLY_ADD_INIT
#define MULADDC_X1_CORE MULTIPLY_ADD_CORE
#define MULADDC_X1_STOP MULTIPLY_ADD_STOP

#endif
