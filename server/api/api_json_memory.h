#ifndef API_JSON_MEMORY_H
#define API_JSON_MEMORY_H

// What JSON held is wiped when it is given back, from now on: requests bring passwords. Once, when
// the process starts, before any JSON is read.
void api_json_memory_wipe(void);

#endif
