// Mbed TLS's memory.
#include "firmware/port/esp8266/main/tls_heap.h"

#include <stdlib.h>

#include <esp_heap_caps.h>
#include <mbedtls/platform.h>

static void *allocate_in_dram(size_t count, size_t size)
{
    return heap_caps_calloc(count, size, MALLOC_CAP_8BIT);
}

// free() takes back what is in either.
void tls_heap_start(void)
{
    (void)mbedtls_platform_set_calloc_free(calloc, free);
}

void tls_heap_settle(void)
{
    (void)mbedtls_platform_set_calloc_free(allocate_in_dram, free);
}
