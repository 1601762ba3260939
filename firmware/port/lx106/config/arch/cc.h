#ifndef LX106_ARCH_CC_H
#define LX106_ARCH_CC_H

// What lwIP asks of compiler and board.
#include "firmware/port/lx106/board/crash.h"

#define LWIP_PLATFORM_ASSERT(text) crash_in_lwip(__LINE__)
#define LWIP_PLATFORM_DIAG(arguments)

#endif
