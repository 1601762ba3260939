// Mbed TLS's memory.
#include "firmware/port/esp8266/main/tls_heap.h"

#include <errno.h>
#include <stdlib.h>

#include <esp_heap_caps.h>
#include <mbedtls/platform.h>

// As port.h has it; the SDK's heap does not.
static void *tell(void *p)
{
    if (p == NULL)
        errno = ENOMEM;
    return p;
}

static void *allocate(size_t count, size_t size)
{
    return tell(calloc(count, size));
}

static void *allocate_in_dram(size_t count, size_t size)
{
    return tell(heap_caps_calloc(count, size, MALLOC_CAP_8BIT));
}

// free() takes back what is in either.
void tls_heap_start(void)
{
    (void)mbedtls_platform_set_calloc_free(allocate, free);
}

void tls_heap_settle(void)
{
    (void)mbedtls_platform_set_calloc_free(allocate_in_dram, free);
}
