#ifndef FIRMWARE_PORT_HOST_AIR_H
#define FIRMWARE_PORT_HOST_AIR_H

#include <stdint.h>

#define AIR_LOOK_MS 100 // from one look at the file to the next
#define AIR_SIZE 16384  // bytes of the file that are read

// The access points in reach of the devices of a process: a file's text (firmware/port/air_text.h).
// One that cannot be read has none.
struct air {
    const char *path;
    uint32_t looked_at_ms;
    unsigned changes; // 0: not yet looked at
    char *text;       // AIR_SIZE bytes and NUL; as of the last look
};

// path is borrowed for the air's life. 0, or -1 without memory.
int air_init(struct air *air, const char *path);
void air_clear(struct air *air);

// Looks at the file, if it is time to. Returns a number that is another one if it has changed.
unsigned air_look(struct air *air, uint32_t now_ms);

#endif
