// Makes a key and a certification request and opens a sealed message on the emulated board, in
// place of its main.c, and says what each took of heap and stack.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <mbedtls/base64.h>

#include "firmware/core/identity.h"
#include "firmware/core/tls_library.h"
#include "firmware/enrol/hpke.h"
#include "firmware/enrol/key.h"
#include "firmware/enrol/request.h"
#include "firmware/port/lx106/arguments.h"
#include "firmware/port/lx106/board/chip.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/crash.h"
#include "firmware/port/lx106/board/simcall.h"
#include "firmware/port/lx106/lx106_port.h"
#include "test/unit/hpke_vector.h"

#define PAINT 0x5a

extern size_t heap_used;
extern size_t heap_peak;
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker script's
extern char _stack_bottom[];

void enrol_end(void); // is looked for by test/lx106/enrol.py

static struct arguments arguments;
static struct lx106_port board;
static struct tls_random generator;
static struct identity identity;
static struct failure failure;
static size_t heap_before;

__attribute__((noinline)) void enrol_end(void)
{
    __asm__ volatile("");
}

static char *stack_pointer(void)
{
    char *p;

    __asm__ volatile("mov %0, a1" : "=r"(p));
    return p;
}

static void begin(void)
{
    chip_feed_watchdog();
    heap_before = heap_used;
    heap_peak = heap_used;
    for (char *p = _stack_bottom; p < stack_pointer(); p++)
        *(volatile char *)p = PAINT;
}

static void end(const char *what, bool is_good)
{
    const char *p = _stack_bottom;
    char line[96];

    enrol_end();
    if (!is_good)
        crash_stop(failure.detail);
    while (p < stack_pointer() && *p == PAINT)
        p++;
    snprintf(line, sizeof line, "%s heap=%u kept=%u stack=%u\n", what,
        (unsigned)(heap_peak - heap_before), (unsigned)(heap_used - heap_before),
        (unsigned)(stack_pointer() - p));
    console_write(line);
}

static void make_key(void)
{
    static char pem[KEY_PEM_SIZE];
    int rc;

    begin();
    rc = key_make(&board.port, &generator, pem, &failure);
    end("key", rc == 0);
    if (identity_read_key(&identity, (const uint8_t *)pem, strlen(pem), &failure) != 0 ||
        !tls_library_is_pair(&identity.key, &identity.key))
        crash_stop("the key is none");
}

static void write_request(void)
{
    static uint8_t der[REQUEST_MAX];
    static char text[2 * REQUEST_MAX];
    const struct request request = {&identity.key, &generator, arguments.mac, "code-42"};
    size_t used;
    int n;

    begin();
    n = request_write(&request, der, &failure);
    end("request", n > 0);
    (void)mbedtls_base64_encode((uint8_t *)text, sizeof text, &used, der, (size_t)n);
    console_write("der ");
    console_write(text);
    console_write("\n");
}

// The recipient of RFC 9180, A.3.1.
static void read_recipient(void)
{
    static uint8_t der[KEY_DER_SIZE];
    static char pem[KEY_PEM_SIZE];
    size_t n = hpke_vector_bytes("30770201010420" HPKE_VECTOR_PRIVATE, der);

    n += hpke_vector_bytes("a00a06082a8648ce3d030107a144034200" HPKE_VECTOR_PUBLIC, der + n);
    n = pem_write(KEY_LABEL, der, n, pem);
    if (identity_read_key(&identity, (const uint8_t *)pem, n, &failure) != 0)
        crash_stop("no recipient");
}

static void open_message(void)
{
    static uint8_t info[32];
    static uint8_t aad[32];
    static uint8_t text[64];
    static uint8_t sealed[128];
    const size_t size = hpke_vector_bytes(HPKE_VECTOR_ENCAPSULATED HPKE_VECTOR_SEALED, sealed);
    const size_t text_size = hpke_vector_bytes(HPKE_VECTOR_TEXT, text);
    const struct hpke hpke = {
        .key = &identity.key,
        .random = &generator,
        .info = {info, hpke_vector_bytes(HPKE_VECTOR_INFO, info)},
        .aad = {aad, hpke_vector_bytes(HPKE_VECTOR_AAD, aad)},
    };
    int n;

    begin();
    n = hpke_open(&hpke, sealed, size, &failure);
    end("message", n == (int)text_size && memcmp(sealed, text, text_size) == 0);
}

int main(void)
{
    arguments_read(&arguments);
    lx106_port_init(&board, &arguments);
    tls_random_init(&generator);
    identity_init(&identity);
    make_key();
    write_request();
    read_recipient();
    open_message();
    simcall_exit(0);
}
