// Says in a file how far the devices are.
#include "firmware/port/host/host_rest.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct host_rest *host_rest_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    void *map = MAP_FAILED;

    if (fd < 0)
        return NULL;
    if (ftruncate(fd, sizeof(struct host_rest)) == 0)
        map = mmap(NULL, sizeof(struct host_rest), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return map == MAP_FAILED ? NULL : map;
}

void host_rest_close(struct host_rest *rest)
{
    if (rest != NULL)
        (void)munmap(rest, sizeof *rest);
}
