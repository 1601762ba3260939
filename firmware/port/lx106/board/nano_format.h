#ifndef FIRMWARE_PORT_LX106_BOARD_NANO_FORMAT_H
#define FIRMWARE_PORT_LX106_BOARD_NANO_FORMAT_H

#include <stdarg.h>
#include <stdio.h>

// vfprintf() as the chip's C library has it, which the SDK configures with newlib's nano formats:
// before a conversion they know one of h, l and L and no more (newlib, nano-vfprintf.c). From what
// they do not know on, a conversion is printed as it stands and takes no argument: "%lld" as "ld",
// "%zu" as "zu". The linker lets it take vfprintf's place.
int nano_format_print(FILE *stream, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#endif
