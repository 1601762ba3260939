#ifndef LX106_MBEDTLS_CONFIG_2_H
#define LX106_MBEDTLS_CONFIG_2_H

#include "firmware/port/lx106/config/mbedtls_config.h"
#include "firmware/port/lx106/config/multiply_add.h"

// For Mbed TLS 2.28.

#define MBEDTLS_X509_CHECK_KEY_USAGE // 3 always does
#define MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE

#define MBEDTLS_MPI_WINDOW_SIZE 2

#define MBEDTLS_SHA256_SMALLER // a loop of 64 rounds; with 3 there are no instructions left for it

#define MBEDTLS_AES_SETKEY_DEC_ALT // GCM and CTR encrypt only: tls_library/mbedtls_2.c
#define MBEDTLS_AES_DECRYPT_ALT

#define MULADDC_INIT MULTIPLY_ADD_INIT
#define MULADDC_CORE MULTIPLY_ADD_CORE
#define MULADDC_HUIT MULTIPLY_ADD_EIGHT // else there are loops of sixteen and of eight of them
#define MULADDC_STOP MULTIPLY_ADD_STOP

#include <mbedtls/check_config.h>

#endif
