// Payloads member by member, with a way on behind what is no JSON.
#include "server/ingest/payload_scan.h"

#include <string.h>

#include "common/contract.h"
#include "server/ingest/payload_cursor.h"
#include "server/ingest/payload_text.h"
#include "server/ingest/payload_value.h"

#define NAMES 2048         // places of the table; a member takes four bytes of payload at least
#define NAME_LOOK_AHEAD 64 // bytes: how far a name is looked for when finding the way back

struct scan {
    struct payload_cursor cursor;
    void (*each)(const struct payload_scan_member *member, void *ctx);
    void *ctx;
    bool ended;
    uint64_t names[NAMES]; // hashes of the names so far; 0: free
    char texts[2 * (PAYLOAD_TEXT_GROWTH * CONTRACT_PAYLOAD_MAX + 1)]; // a name, then a text
};

// Whether the name is new. FNV-1a.
static bool is_new(struct scan *scan, const char *name, size_t n)
{
    uint64_t hash = 14695981039346656037u;
    size_t place;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (uint8_t)name[i]) * 1099511628211u;
    hash += hash == 0;
    for (place = hash % NAMES; scan->names[place] != 0; place = (place + 1) % NAMES) {
        if (scan->names[place] == hash)
            return false;
    }
    scan->names[place] = hash;
    return true;
}

static bool is_quote(uint8_t byte)
{
    return byte == '"' || byte == '\'';
}

static bool is_name_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           byte == '$' || (byte >= '0' && byte <= '9');
}

// Whether a name and its colon stand behind the cursor's white space.
static bool is_member_ahead(const struct payload_cursor *cursor)
{
    struct payload_cursor ahead = *cursor;
    size_t end =
        cursor->n - cursor->at > NAME_LOOK_AHEAD ? cursor->at + NAME_LOOK_AHEAD : cursor->n;
    uint8_t quote;

    ahead.n = end;
    payload_cursor_skip_space(&ahead);
    quote = is_quote(payload_cursor_byte(&ahead)) ? payload_cursor_byte(&ahead) : 0;
    ahead.at += quote != 0;
    if (quote == 0 && !is_name_byte(payload_cursor_byte(&ahead)))
        return false;
    while (!payload_cursor_at_end(&ahead) && ahead.p[ahead.at] != quote &&
           (is_name_byte(ahead.p[ahead.at]) || (quote != 0 && !is_quote(ahead.p[ahead.at]))))
        ahead.at++;
    if (quote != 0 && payload_cursor_byte(&ahead) != quote)
        return false;
    ahead.at += quote != 0;
    payload_cursor_skip_space(&ahead);
    return payload_cursor_byte(&ahead) == ':';
}

// Goes on to the comma before the next member, or to the object's end.
static void find_way_back(struct payload_cursor *cursor)
{
    size_t depth = 0;

    for (; !payload_cursor_at_end(cursor); cursor->at++) {
        uint8_t byte = cursor->p[cursor->at];
        struct payload_cursor behind = *cursor;

        behind.at++;
        if (byte == '{' || byte == '[')
            depth++;
        else if (depth > 0 && (byte == '}' || byte == ']'))
            depth--;
        else if (depth == 0 && (byte == '}' || (byte == ',' && is_member_ahead(&behind))))
            return;
    }
}

// The name at the cursor, up to its colon.
static bool take_name(struct scan *scan, size_t *length)
{
    struct payload_cursor *cursor = &scan->cursor;
    uint8_t byte = payload_cursor_byte(cursor);

    *length = 0;
    if (byte != '"')
        payload_cursor_fault(cursor,
            is_quote(byte) || is_name_byte(byte) ? PAYLOAD_FAULT_QUOTES : PAYLOAD_FAULT_NAME);
    if (is_quote(byte)) {
        if (!payload_text_read(cursor, scan->texts, length))
            return false;
    } else {
        while (is_name_byte(payload_cursor_byte(cursor)))
            scan->texts[(*length)++] = (char)cursor->p[cursor->at++];
        scan->texts[*length] = '\0';
        if (*length == 0)
            return false;
    }
    payload_cursor_skip_space(cursor);
    if (payload_cursor_byte(cursor) != ':') {
        if (!payload_cursor_at_end(cursor))
            payload_cursor_fault(cursor, PAYLOAD_FAULT_COLON);
        return false;
    }
    cursor->at++;
    return true;
}

// A number or literal at the cursor.
static bool take_word(struct payload_cursor *cursor, struct payload_scan_member *member)
{
    const char *word = (const char *)cursor->p + cursor->at;
    size_t n = payload_value_word(cursor);
    enum payload_value_form form = payload_value_number(word, n, &member->number);
    bool literal = payload_value_is_literal(word, n);

    if (cursor->at + n == cursor->n) { // there may have been more of it
        cursor->at = cursor->n;
        return false;
    }
    member->type = literal ? PAYLOAD_SCAN_LITERAL : PAYLOAD_SCAN_NUMBER;
    member->exact = literal || form == PAYLOAD_VALUE_EXACT;
    if (!literal && form == PAYLOAD_VALUE_NONE)
        payload_cursor_fault(cursor, n > 0 && word[n - 1] >= '0' && word[n - 1] <= '9' &&
                                             strspn(word, "0123456789.eE+-") >= n
                                         ? PAYLOAD_FAULT_OVERFLOW
                                         : PAYLOAD_FAULT_VALUE);
    else if (!member->exact)
        payload_cursor_fault(cursor, PAYLOAD_FAULT_NUMBER);
    cursor->at += n;
    return literal || form != PAYLOAD_VALUE_NONE;
}

// The value at the cursor. False if there is none that could be read.
static bool take_value(struct scan *scan, char *text, struct payload_scan_member *member)
{
    struct payload_cursor *cursor = &scan->cursor;
    uint8_t byte = payload_cursor_byte(cursor);
    size_t faults = cursor->faults->count;
    size_t length;
    bool good;

    member->position = cursor->at;
    member->raw = cursor->p + cursor->at;
    if (is_quote(byte)) {
        if (byte != '"')
            payload_cursor_fault(cursor, PAYLOAD_FAULT_QUOTES);
        member->cut = !payload_text_read(cursor, text, &length);
        member->type = PAYLOAD_SCAN_TEXT;
        member->text = text;
        member->exact = !member->cut && cursor->faults->count == faults;
        good = true;
    } else if (byte == '{' || byte == '[') {
        member->type = PAYLOAD_SCAN_NESTED;
        member->exact = good = payload_value_skip_nested(cursor);
    } else {
        good = take_word(cursor, member);
    }
    member->raw_length = (size_t)(cursor->p + cursor->at - member->raw);
    return good;
}

// Whether the comma at the cursor goes on with a number, as in 12,345 or 61,5.
static bool is_within_number(const struct payload_cursor *cursor)
{
    struct payload_cursor behind = *cursor;

    behind.at++;
    return payload_cursor_byte(&behind) >= '0' && payload_cursor_byte(&behind) <= '9' &&
           !is_member_ahead(&behind);
}

// Whether only what may stand there stands behind a value. If not, the value is a part of
// something: of a text that is worth knowing.
static bool take_end_of_member(struct payload_cursor *cursor, enum payload_scan_type type)
{
    uint8_t byte;

    payload_cursor_skip_space(cursor);
    byte = payload_cursor_byte(cursor);
    if (payload_cursor_at_end(cursor) || byte == '}' ||
        (byte == ',' && (type != PAYLOAD_SCAN_NUMBER || !is_within_number(cursor))))
        return true;
    if (is_member_ahead(cursor)) {
        payload_cursor_fault(cursor, PAYLOAD_FAULT_COMMA);
        return true;
    }
    payload_cursor_fault(cursor, PAYLOAD_FAULT_BEHIND);
    find_way_back(cursor);
    return false;
}

static void take_member(struct scan *scan)
{
    struct payload_cursor *cursor = &scan->cursor;
    struct payload_scan_member member = {.name = scan->texts};
    size_t begin = cursor->at;
    size_t length;

    if (!take_name(scan, &length)) {
        find_way_back(cursor);
        return;
    }
    payload_cursor_skip_space(cursor);

    bool good = take_value(scan, scan->texts + length + 1, &member);

    if (!good && !payload_cursor_at_end(cursor))
        find_way_back(cursor);
    else if (good && !take_end_of_member(cursor, member.type))
        good = member.cut = member.type == PAYLOAD_SCAN_TEXT;
    if (member.cut)
        member.exact = false;
    if (!good)
        return;
    if (is_new(scan, scan->texts, length))
        scan->each(&member, scan->ctx);
    else
        payload_fault_add(cursor->faults, PAYLOAD_FAULT_TWICE, begin);
}

static void take_members(struct scan *scan)
{
    struct payload_cursor *cursor = &scan->cursor;
    bool first = true;

    for (;;) {
        payload_cursor_skip_space(cursor);
        if (payload_cursor_at_end(cursor) || payload_cursor_byte(cursor) == '}')
            return;
        if (payload_cursor_byte(cursor) == ',') {
            if (first)
                payload_cursor_fault(cursor, PAYLOAD_FAULT_COMMA);
            cursor->at++;
            payload_cursor_skip_space(cursor);
            if (payload_cursor_byte(cursor) == ',' || payload_cursor_byte(cursor) == '}') {
                payload_cursor_fault(cursor, PAYLOAD_FAULT_COMMA);
                continue;
            }
        }
        if (!payload_cursor_at_end(cursor))
            take_member(scan);
        first = false;
    }
}

// Goes behind the brace that opens the object.
static bool take_begin(struct payload_cursor *cursor)
{
    const uint8_t *brace;

    payload_cursor_skip_space(cursor);
    if (payload_cursor_at_end(cursor)) {
        payload_fault_add(cursor->faults, PAYLOAD_FAULT_EMPTY, 0);
        return false;
    }
    brace = memchr(cursor->p + cursor->at, '{', cursor->n - cursor->at);
    if (brace == NULL) {
        payload_cursor_fault(cursor, PAYLOAD_FAULT_NO_OBJECT);
        return false;
    }
    if (brace != cursor->p + cursor->at)
        payload_cursor_fault(cursor, PAYLOAD_FAULT_LEAD);
    cursor->at = (size_t)(brace - cursor->p) + 1;
    return true;
}

void payload_scan(const uint8_t *p, size_t n,
    void (*each)(const struct payload_scan_member *member, void *ctx), void *ctx,
    struct payload_faults *faults)
{
    struct scan scan;
    bool too_long = n > CONTRACT_PAYLOAD_MAX;
    struct payload_cursor *cursor = &scan.cursor;

    *cursor = (struct payload_cursor){p, too_long ? CONTRACT_PAYLOAD_MAX : n, 0, faults};
    scan.each = each;
    scan.ctx = ctx;
    memset(scan.names, 0, sizeof scan.names);
    if (take_begin(cursor)) {
        take_members(&scan);
        if (!payload_cursor_at_end(cursor)) {
            cursor->at++;
            payload_cursor_skip_space(cursor);
            if (!payload_cursor_at_end(cursor))
                payload_cursor_fault(cursor, PAYLOAD_FAULT_TRAIL);
        } else if (!too_long) {
            payload_cursor_fault(cursor, PAYLOAD_FAULT_CUT);
        }
    }
    if (too_long)
        payload_fault_add(faults, PAYLOAD_FAULT_TOO_LONG, CONTRACT_PAYLOAD_MAX);
}
