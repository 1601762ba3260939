#ifndef HOMEASSISTANT_MEMBERS_H
#define HOMEASSISTANT_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The members that an app adds to its device's status.

#define HOMEASSISTANT_MEMBERS_MAX 16
#define HOMEASSISTANT_MEMBERS_NAME_SIZE 32 // with its NUL, as firmware has it
#define HOMEASSISTANT_MEMBERS_KEY_SIZE ((size_t)3 * HOMEASSISTANT_MEMBERS_NAME_SIZE)
#define HOMEASSISTANT_MEMBERS_TEXT_SIZE 256 // Home Assistant's states have 255 characters at most

enum homeassistant_members_type {
    HOMEASSISTANT_MEMBERS_NUMBER,
    HOMEASSISTANT_MEMBERS_FLAG,
    HOMEASSISTANT_MEMBERS_TEXT,
};

struct homeassistant_member {
    char name[HOMEASSISTANT_MEMBERS_NAME_SIZE]; // UTF-8
    enum homeassistant_members_type type;
    bool is_absent;                             // from the last status
    double number;                              // of a number; a flag is 1 or 0
    char text[HOMEASSISTANT_MEMBERS_TEXT_SIZE]; // of a text, cut at a character
};

struct homeassistant_members {
    size_t count;
    struct homeassistant_member items[HOMEASSISTANT_MEMBERS_MAX];
};

// Reads a status, n bytes, whatever it is: the first members that are no device's own, and are a
// number, true or false, or a text. Others, and those with longer names, are left out.
void homeassistant_members_read(const uint8_t *p, size_t n, struct homeassistant_members *out);

// What a name is called where nothing but letters, digits, '_' and '-' may stand: each other byte,
// and '-', becomes '-' and two hex digits. Different names differ.
void homeassistant_members_key(const char *name, char out[HOMEASSISTANT_MEMBERS_KEY_SIZE]);

// The member that is called so there: its name, where a flag is no number or text. Or NULL.
const struct homeassistant_member *homeassistant_members_find(
    const struct homeassistant_members *members, const struct homeassistant_member *member);

#endif
