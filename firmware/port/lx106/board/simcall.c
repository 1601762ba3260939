// Semihosting, as QEMU's target/xtensa has it.
#include "firmware/port/lx106/board/simcall.h"

#include <string.h>

#define CALL_EXIT 1
#define CALL_READ 3
#define CALL_OPEN 5
#define CALL_LSEEK 19
#define CALL_ARGV_SIZE 1001
#define CALL_ARGV 1002

#define ARGV_BYTES 1024 // of pointers and texts

static int call(int number, uint32_t a, uint32_t b, uint32_t c)
{
    register int a2 __asm__("a2") = number;
    register uint32_t a3 __asm__("a3") = a;
    register uint32_t a4 __asm__("a4") = b;
    register uint32_t a5 __asm__("a5") = c;

    __asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
    return a2;
}

void simcall_arguments(char *out, size_t size)
{
    char *argv[ARGV_BYTES / sizeof(char *)];
    size_t used = 0;

    if (call(CALL_ARGV_SIZE, 0, 0, 0) <= (int)sizeof argv) {
        (void)call(CALL_ARGV, (uint32_t)argv, 0, 0);
        for (char **at = argv; *at != NULL; at++) {
            size_t n = strlen(*at) + 1;

            if (n >= size - used)
                break;
            memcpy(out + used, *at, n);
            used += n;
        }
    }
    out[used] = '\0';
}

int simcall_random(uint8_t *p, size_t n)
{
    static const char random_file[] = "/dev/urandom";
    static int fd = -1;

    if (fd < 0)
        fd = call(CALL_OPEN, (uint32_t)random_file, 0, 0);
    return fd >= 0 && call(CALL_READ, (uint32_t)fd, (uint32_t)p, (uint32_t)n) == (int)n ? 0 : -1;
}

int simcall_open(const char *path)
{
    return call(CALL_OPEN, (uint32_t)path, 0, 0);
}

void simcall_read_text(int fd, char *out, size_t size)
{
    int n = call(CALL_LSEEK, (uint32_t)fd, 0, 0) != 0
                ? 0
                : call(CALL_READ, (uint32_t)fd, (uint32_t)out, (uint32_t)size - 1);

    out[n > 0 ? n : 0] = '\0';
}

void simcall_exit(int status)
{
    (void)call(CALL_EXIT, (uint32_t)status, 0, 0);
    for (;;)
        ;
}
