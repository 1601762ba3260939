#ifndef HTTP_TURNS_H
#define HTTP_TURNS_H

#include "server/base/err.h"

// How many of the server's threads compute at once. There are more of them than processors
// (http_server_threads()), and a crowd of clients that shake hands would wake them all: what else
// runs here would then get a small share. For this folder alone.
struct http_turns;

// at_once: 0 sets no bound.
ERR_CHECKED int http_turns_new(unsigned at_once, struct http_turns **out);
void http_turns_free(struct http_turns *turns);

// Waits for a turn, and gives it back. A thread may have one at a time.
void http_turns_begin(struct http_turns *turns);
void http_turns_end(struct http_turns *turns);

#endif
