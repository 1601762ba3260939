#ifndef FIRMWARE_PORT_LX106_BOARD_ARITH_H
#define FIRMWARE_PORT_LX106_BOARD_ARITH_H

#include <stddef.h>
#include <stdint.h>

// What the compiler calls for 32 and 64 bit integers (GCC internals, "Integer library routines").
// Division by zero is 0 or all ones.
uint32_t __udivsi3(uint32_t n, uint32_t d);
uint32_t __umodsi3(uint32_t n, uint32_t d);
int32_t __divsi3(int32_t n, int32_t d);
int32_t __modsi3(int32_t n, int32_t d);
uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest);
uint64_t __udivdi3(uint64_t n, uint64_t d);
uint64_t __umoddi3(uint64_t n, uint64_t d);
int64_t __divdi3(int64_t n, int64_t d);
int64_t __moddi3(int64_t n, int64_t d);
int64_t __muldi3(int64_t a, int64_t b);
uint64_t __umulsidi3(uint32_t a, uint32_t b);
int32_t __fixdfsi(double value); // of what fits

#endif
