#ifndef TEST_DEPLOYED_ARENA_H
#define TEST_DEPLOYED_ARENA_H

#include <stddef.h>

// All the memory that a deployed device has for its connection: TLS contexts, record buffers,
// session, keys, certificates, and the buffers of HTTP and MQTT.
#define ARENA_SIZE (15 * 1024)

// Zeroed memory, aligned to 8 bytes; NULL if there is no room. Released in reverse order.
void *arena_take(size_t n);

// What is in use, to be given to arena_release(), which wipes all that was taken since.
size_t arena_mark(void);
void arena_release(size_t mark);

// The same from the other end, for what is needed for a moment only. arena_return() gives all of it
// back.
void *arena_borrow(size_t n);
void arena_return(void);

// The most that was in use at once, both ends together.
size_t arena_high_water(void);

#endif
