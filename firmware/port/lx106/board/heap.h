#ifndef FIRMWARE_PORT_LX106_BOARD_HEAP_H
#define FIRMWARE_PORT_LX106_BOARD_HEAP_H

#include <stddef.h>

// The one heap, for everything on the board: the C library's allocator between the end of the
// static data and the stack, counted.

size_t heap_free(void); // bytes

#endif
