#ifndef BASE_STANDARD_STREAMS_H
#define BASE_STANDARD_STREAMS_H

#include <stdbool.h>

// Opens /dev/null in place of each of standard input, output and error that is closed, so that no
// other file gets its number and what is written to the stream. What cannot be read or written
// fails still. To be called before anything is opened. False if that is not possible.
bool standard_streams_open(void);

#endif
