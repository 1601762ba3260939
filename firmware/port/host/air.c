// The access points that virtual devices find in a file.
#include "firmware/port/host/air.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int air_init(struct air *air, const char *path)
{
    *air = (struct air){.path = path};
    air->text = calloc(1, AIR_SIZE + 1);
    return air->text == NULL ? -1 : 0;
}

void air_clear(struct air *air)
{
    free(air->text);
    air->text = NULL;
}

static void read_file(const char *path, char text[AIR_SIZE + 1])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t n = fd < 0 ? 0 : 1;

    while (n > 0) {
        n = read(fd, text + used, AIR_SIZE - used);
        used += n > 0 ? (size_t)n : 0;
    }
    text[used] = '\0';
    if (fd >= 0)
        close(fd);
}

unsigned air_look(struct air *air, uint32_t now_ms)
{
    char text[AIR_SIZE + 1];

    if (air->changes > 0 && now_ms - air->looked_at_ms < AIR_LOOK_MS)
        return air->changes;
    air->looked_at_ms = now_ms;
    read_file(air->path, text);
    if (air->changes == 0 || strcmp(text, air->text) != 0) {
        strcpy(air->text, text);
        air->changes++;
    }
    return air->changes;
}
