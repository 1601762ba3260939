// Standard input, output and error, whatever the caller closed.
#include "server/base/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

bool standard_streams_open(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        // The other way round, so that using it is an error. The lowest number that is free is fd.
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    return true;
}
