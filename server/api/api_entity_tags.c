// Lists of entity-tags, as If-Match has them.
#include "server/api/api_entity_tags.h"

#include <string.h>

struct tag {
    const char *p; // of what stands between the quotes
    size_t n;
    bool is_weak;
};

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

// etagc of RFC 9110, 8.8.3.
static bool is_tag_byte(char c)
{
    unsigned char u = (unsigned char)c;

    return u == 0x21 || (u >= 0x23 && u != 0x7F);
}

// The tag at p; what follows it, or NULL if there is none.
static const char *read_tag(const char *p, struct tag *out)
{
    out->is_weak = strncmp(p, "W/", 2) == 0;
    p += out->is_weak ? 2 : 0;
    if (*p != '"')
        return NULL;
    out->p = ++p;
    while (is_tag_byte(*p))
        p++;
    out->n = (size_t)(p - out->p);
    return *p == '"' ? p + 1 : NULL;
}

// The next tag of a list; false at its end, or at a fault, which *p then leads to.
static bool next_tag(const char **p, struct tag *out)
{
    const char *end;

    *p = skip_blanks(*p);
    while (**p == ',')
        *p = skip_blanks(*p + 1);
    if (**p == '\0')
        return false;
    end = read_tag(*p, out);
    if (end == NULL)
        return false;
    end = skip_blanks(end);
    if (*end != ',' && *end != '\0')
        return false;
    *p = end;
    return true;
}

int api_entity_tags_check(const char *list, struct err *err)
{
    struct tag tag;
    size_t count = 0;
    const char *p = list;

    if (strcmp(list, "*") == 0)
        return 0;
    while (next_tag(&p, &tag))
        count++;
    if (*p == '\0' && count > 0)
        return 0;
    return err_set(
        err, ERR_INVALID, "If-Match must be *, or ETags in double quotes with commas between them");
}

static bool is_of(const struct tag *tag, const char *state)
{
    size_t n = strlen(state);

    return !tag->is_weak && tag->n >= n && memcmp(tag->p, state, n) == 0 &&
           (tag->n == n || tag->p[n] == '.');
}

bool api_entity_tags_have(const char *list, const char *state)
{
    struct tag tag;

    if (state[0] == '\0')
        return false;
    if (strcmp(list, "*") == 0)
        return true;
    while (next_tag(&list, &tag)) {
        if (is_of(&tag, state))
            return true;
    }
    return false;
}
