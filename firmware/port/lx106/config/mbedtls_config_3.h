#ifndef LX106_MBEDTLS_CONFIG_3_H
#define LX106_MBEDTLS_CONFIG_3_H

#include "firmware/port/lx106/config/mbedtls_config.h"
#include "firmware/port/lx106/config/multiply_add.h"

// For Mbed TLS 3.6, which checks it by itself.

#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT // GCM and CTR encrypt only
#define MBEDTLS_PLATFORM_MS_TIME_ALT    // nothing that we use asks for it

// It allocates a window for an exponent of 32 bits where 2 sees that 65537 needs none: 1 KB while a
// signature by RSA-4096 is checked. The work with a device's own RSA key takes a third more.
#define MBEDTLS_MPI_WINDOW_SIZE 1

#define MULADDC_X1_INIT MULTIPLY_ADD_INIT
#define MULADDC_X1_CORE MULTIPLY_ADD_CORE
#define MULADDC_X1_STOP MULTIPLY_ADD_STOP

#endif
