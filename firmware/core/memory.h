#ifndef FIRMWARE_CORE_MEMORY_H
#define FIRMWARE_CORE_MEMORY_H

#include <stdbool.h>

#include "firmware/core/failure.h"

// What a library says for want of memory is no judgement, and its error does not tell: to Mbed TLS
// a signature that there was no room to check is one that is wrong, and text that there was no room
// to read is to cJSON none of JSON's. An allocation that fails sets errno to ENOMEM (port.h).

// Forgets what was.
void memory_watch(void);

// Whether an allocation has failed since.
bool memory_was_short(void);

// Makes memory_was_short() say so again, for work that is done in steps: a library may go on from
// the step that lacked memory, and fail only at a later one.
void memory_recall(void);

// Returns rc. But if that is a failure and memory was short, *failure becomes RESULT_OUT_OF_MEMORY
// of what its line begins with, up to the colon, and its negative is returned.
int memory_judge(int rc, struct failure *failure);

#endif
