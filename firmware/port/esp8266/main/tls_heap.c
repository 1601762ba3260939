// Mbed TLS's memory.
#include "firmware/port/esp8266/main/tls_heap.h"

#include <stdlib.h>

#include <esp_heap_caps.h>
#include <mbedtls/platform.h>

static void *allocate(size_t count, size_t size)
{
    return heap_caps_calloc(count, size, MALLOC_CAP_8BIT);
}

static void release(void *p)
{
    heap_caps_free(p);
}

void tls_heap_start(void)
{
    (void)mbedtls_platform_set_calloc_free(allocate, release);
}
