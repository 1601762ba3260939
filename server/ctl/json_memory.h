#ifndef CTL_JSON_MEMORY_H
#define CTL_JSON_MEMORY_H

// What JSON held is wiped when it is given back, from now on: passwords and tokens are among it.
// Once, when the process starts, before any JSON is made. What jansson returns as text is the
// caller's to wipe, and goes to free() as ever.
void json_memory_wipe(void);

#endif
