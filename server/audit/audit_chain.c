// The chain of the audit log: its encoding, and whether rows keep to it.
#include "server/audit/audit_chain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/pki/digest.h"

_Static_assert(AUDIT_HASH_SIZE == DIGEST_SHA256_TEXT_SIZE, "it is one");

#define MAGIC "secureesp audit 1\n"
#define MEMBERS ((size_t)12)
#define LENGTH_SIZE 24 // digits of a length or a number, ':' and ','

struct encoding {
    uint8_t bytes[sizeof MAGIC + sizeof(struct audit_row) + 2 * MEMBERS * LENGTH_SIZE];
    size_t n;
};

static void add_text(struct encoding *e, const char *text)
{
    size_t n = strlen(text);

    e->n += (size_t)sprintf((char *)e->bytes + e->n, "%zu:", n);
    memcpy(e->bytes + e->n, text, n);
    e->n += n;
    e->bytes[e->n++] = ',';
}

static void add_number(struct encoding *e, int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", (long long)number);
    add_text(e, digits);
}

void audit_chain_hash(const struct audit_row *row, const char *previous, char out[AUDIT_HASH_SIZE])
{
    struct encoding e = {.n = strlen(MAGIC)};

    memcpy(e.bytes, MAGIC, e.n);
    add_text(&e, previous);
    add_number(&e, row->number);
    add_number(&e, row->at_ms);
    add_text(&e, row->author.who);
    add_text(&e, row->author.user);
    add_number(&e, row->author.pid);
    add_text(&e, row->verb);
    add_text(&e, row->kind);
    add_text(&e, row->object);
    add_number(&e, row->forced);
    add_text(&e, row->before);
    add_text(&e, row->after);
    digest_sha256(e.bytes, e.n, out);
}

bool audit_chain_parse_anchor(const char *text, struct audit_anchor *out)
{
    struct audit_anchor anchor;
    char *end = NULL;
    size_t digits = strspn(text, "0123456789");
    const char *hash = text + digits + 1;

    errno = 0;
    anchor.number = strtoll(text, &end, 10);
    if (digits == 0 || errno != 0 || *end != ':' || strlen(hash) != sizeof anchor.hash - 1 ||
        strspn(hash, "0123456789abcdef") != sizeof anchor.hash - 1)
        return false;
    memcpy(anchor.hash, hash, sizeof anchor.hash);
    *out = anchor;
    return true;
}

void audit_chain_format_anchor(const struct audit_anchor *anchor, char out[AUDIT_ANCHOR_SIZE])
{
    snprintf(out, AUDIT_ANCHOR_SIZE, "%lld:%s", (long long)anchor->number, anchor->hash);
}

static bool refuse(struct audit_chain *chain, int64_t number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct audit_chain *chain, int64_t number, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(chain->reason, sizeof chain->reason, format, args);
    va_end(args);
    chain->bad = number;
    return false;
}

// Whether the anchor's place, once it is reached, is the one that was kept.
static bool check_anchor(struct audit_chain *chain)
{
    const struct audit_anchor *anchor = chain->anchor;

    if (anchor == NULL || anchor->number != chain->head.number ||
        strcmp(anchor->hash, chain->head.hash) == 0)
        return true;
    return refuse(chain, anchor->number > 0 ? anchor->number : 1,
        "it is not the row of the anchor: this one, or one before it, was written anew");
}

void audit_chain_begin(struct audit_chain *chain, const struct audit_anchor *anchor)
{
    *chain = (struct audit_chain){.head = {0, AUDIT_CHAIN_START}, .anchor = anchor};
    (void)check_anchor(chain);
}

bool audit_chain_take(struct audit_chain *chain, const struct audit_row *row)
{
    int64_t next = chain->head.number + 1;
    char hash[AUDIT_HASH_SIZE];

    if (chain->bad != 0)
        return false;
    if (row->number != next)
        return refuse(chain, next, "it is missing: row %lld follows on row %lld",
            (long long)row->number, (long long)chain->head.number);
    audit_chain_hash(row, chain->head.hash, hash);
    if (strcmp(hash, row->hash) != 0)
        return refuse(chain, next, "its hash is not that of what it says behind row %lld",
            (long long)chain->head.number);
    chain->head.number = next;
    memcpy(chain->head.hash, hash, sizeof hash);
    return check_anchor(chain);
}

bool audit_chain_end(struct audit_chain *chain)
{
    if (chain->bad != 0)
        return false;
    if (chain->anchor == NULL || chain->anchor->number <= chain->head.number)
        return true;
    return refuse(chain, chain->head.number + 1,
        "it is missing, and so are all up to row %lld, of the anchor",
        (long long)chain->anchor->number);
}
