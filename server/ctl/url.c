// Paths with queries.
#include "server/ctl/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Grows by what n bytes may take at most, and returns where they go.
static char *make_room(struct url *url, size_t n)
{
    char *grown = url->failed ? NULL : realloc(url->text, url->size + 3 * n + 1);

    if (grown == NULL) {
        url->failed = true;
        return NULL;
    }
    url->text = grown;
    return grown + url->size;
}

static void append(struct url *url, const char *s)
{
    size_t n = strlen(s);
    char *p = make_room(url, n);

    if (p == NULL)
        return;
    memcpy(p, s, n + 1);
    url->size += n;
}

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void append_escaped(struct url *url, const char *s)
{
    char *start = make_room(url, strlen(s));
    char *p = start;

    if (p == NULL)
        return;
    for (; *s != '\0'; s++) {
        if (is_unreserved(*s))
            *p++ = *s;
        else
            p += sprintf(p, "%%%02X", (unsigned char)*s);
    }
    *p = '\0';
    url->size += (size_t)(p - start);
}

void url_init(struct url *url, const char *path)
{
    *url = (struct url){0};
    append(url, path);
}

void url_init_like(struct url *url, const char *path, const struct url *like)
{
    const char *text = url_text(like);
    const char *query = text != NULL ? strchr(text, '?') : NULL;

    url_init(url, path);
    if (query != NULL)
        append(url, query);
    url->queried = query != NULL;
    url->failed |= text == NULL;
}

void url_clear(struct url *url)
{
    free(url->text);
    *url = (struct url){0};
}

void url_segment(struct url *url, const char *segment)
{
    append(url, "/");
    append_escaped(url, segment);
}

void url_query(struct url *url, const char *name, const char *value)
{
    append(url, url->queried ? "&" : "?");
    append_escaped(url, name);
    append(url, "=");
    append_escaped(url, value);
    url->queried = true;
}

const char *url_text(const struct url *url)
{
    return url->failed ? NULL : url->text;
}
