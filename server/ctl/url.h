#ifndef CTL_URL_H
#define CTL_URL_H

#include <stdbool.h>
#include <stddef.h>

// A path with a query, being built. What did not fit, or found no memory, is remembered till the
// end.
struct url {
    char *text;
    size_t size;
    bool queried;
    bool failed;
};

// Start with a path that needs no escaping; the caller clears it.
void url_init(struct url *url, const char *path);
void url_clear(struct url *url);

// Start with another path, and the query of that one.
void url_init_like(struct url *url, const char *path, const struct url *like);

// Append "/SEGMENT", and "?NAME=VALUE" or "&NAME=VALUE", escaped by RFC 3986, 2.1.
void url_segment(struct url *url, const char *segment);
void url_query(struct url *url, const char *name, const char *value);

// The text, or NULL if anything failed.
const char *url_text(const struct url *url);

#endif
