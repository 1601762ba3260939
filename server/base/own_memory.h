#ifndef OWN_MEMORY_H
#define OWN_MEMORY_H

// Makes this process's memory, and the keys in it, its own: no core file is written of it, and no
// other process of the same user reads it or attaches to it (prctl(2), PR_SET_DUMPABLE; proc(5)).
// Root still can. Before any key is read. What the system refuses is left as it is.
void own_memory_close(void);

#endif
