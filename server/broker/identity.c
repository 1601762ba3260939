// From a certificate to a user name and a role.
#include "server/broker/identity.h"

#include <stddef.h>
#include <string.h>

// Plain, and nothing in it that MQTT takes for more.
bool identity_is_name(const char *name)
{
    for (const char *s = name; *s != '\0'; s++) {
        if (*s <= ' ' || *s > '~' || strchr("+#/$\"\\%", *s) != NULL)
            return false;
    }
    return name[0] != '\0' && strlen(name) < IDENTITY_NAME_SIZE;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void be_device(const char *mac, struct identity *identity)
{
    memcpy(identity->name, mac, MAC_SIZE);
    memcpy(identity->mac, mac, MAC_SIZE);
    identity->role = ACCESS_TABLE_DEVICE;
}

static void be(const char *name, int role, struct identity *identity)
{
    memcpy(identity->name, name, strlen(name) + 1);
    identity->mac[0] = '\0';
    identity->role = role;
}

int identity_from_certificate(const struct certificate_facts *facts,
    const struct access_table *table, const char *daemon, struct identity *out, struct err *err)
{
    const char *name = facts->common_name;
    char mac[MAC_SIZE];

    if (mac_parse(name, mac)) {
        be_device(mac, out);
        return 0;
    }
    if (!identity_is_name(name))
        return err_set(err, ERR_DENIED,
            "a client cannot have its common name; issue another certificate (secureesp pki)");
    if (strcmp(name, daemon) == 0) {
        if (!facts->is_server)
            return err_set(err, ERR_DENIED,
                "it bears the daemon's name but is not for a server, as the daemon's is; use the "
                "daemon's certificate, or set plugin_opt_daemon");
        be(name, ACCESS_TABLE_DAEMON, out);
        return 0;
    }

    int role = facts->unit[0] != '\0' ? access_table_find(table, facts->unit) : ACCESS_TABLE_NONE;

    // What these two are does not hang on a unit.
    if (role == ACCESS_TABLE_NONE || role == ACCESS_TABLE_DEVICE || role == ACCESS_TABLE_DAEMON)
        return err_set(err, ERR_DENIED,
            "it belongs neither to a device nor to a role: its unit is '%s'; issue one with "
            "secureesp pki client --role, or define the role with plugin_opt_role",
            facts->unit);
    be(name, role, out);
    return 0;
}

bool identity_from_name(const char *name, const char *daemon, struct identity *out)
{
    char mac[MAC_SIZE];

    if (mac_parse(name, mac)) {
        be_device(mac, out);
        return true;
    }
    if (strcmp(name, daemon) != 0 || strlen(name) >= sizeof out->name)
        return false;
    be(name, ACCESS_TABLE_DAEMON, out);
    return true;
}

bool identity_from_note(const char *name, const char *role, const struct access_table *table,
    const char *daemon, struct identity *out)
{
    int number = access_table_find(table, role);
    char mac[MAC_SIZE];

    if (mac_parse(name, mac)) {
        if (number != ACCESS_TABLE_DEVICE || strcmp(name, mac) != 0)
            return false;
        be_device(mac, out);
        return true;
    }
    if (number == ACCESS_TABLE_NONE || number == ACCESS_TABLE_DEVICE ||
        number == ACCESS_TABLE_DAEMON || strcmp(name, daemon) == 0 || !identity_is_name(name))
        return false;
    be(name, number, out);
    return true;
}

// Whether the text ends a UUID that began at or after start (RFC 4122, 3), as the broker itself
// makes for who brings no identifier: its last 12 digits are no MAC.
static bool ends_uuid(const char *start, const char *s)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-";

    if ((size_t)(s - start) < sizeof form - 1)
        return false;
    s -= sizeof form - 1;
    for (size_t i = 0; form[i] != '\0'; i++) {
        if (form[i] == 'x' ? !is_hex(s[i]) : s[i] != form[i])
            return false;
    }
    return true;
}

// The bit of a MAC's first octet by which the soft access point of Espressif's chips differs from
// the station: locally administered (IEEE 802, 8.4).
#define LOCAL_BIT 0x02

static unsigned second_digit(const char *mac)
{
    return (unsigned)(mac[1] <= '9' ? mac[1] - '0' : mac[1] - 'a' + 10);
}

// Whether a MAC is a device's own, or that of its soft access point.
static bool is_own_mac(const char *mac, const char *own)
{
    return mac[0] == own[0] && strcmp(mac + 2, own + 2) == 0 &&
           (mac[1] == own[1] || second_digit(mac) == (second_digit(own) | LOCAL_BIT));
}

// Whether a text holds a MAC beside its own: at any place, but not across one that is its own.
static bool holds_other_mac(const char *text, const char *own)
{
    char mac[MAC_SIZE];
    const char *s = text;

    while (*s != '\0') {
        const char *end = s; // of this part, before the next that is its own
        size_t n = 0;

        while (*end != '\0' && !((n = mac_parse_begin(end, mac)) > 0 && is_own_mac(mac, own)))
            end++;
        for (; s < end; s++) {
            size_t length = mac_parse_begin(s, mac);

            if (length > 0 && length <= (size_t)(end - s) && !ends_uuid(text, s))
                return true;
        }
        s = *end != '\0' ? end + n : end;
    }
    return false;
}

int identity_check_client_id(const struct identity *identity, const char *client_id,
    const struct access_table *table, const char *daemon, struct err *err)
{
    if (strcmp(client_id, identity->name) == 0)
        return 0;
    if (identity->role != ACCESS_TABLE_DEVICE)
        return err_set(err, ERR_DENIED, "its client identifier must be its name; set it to %s",
            identity->name);
    if (strcmp(client_id, daemon) == 0 || access_table_find(table, client_id) != ACCESS_TABLE_NONE)
        return err_set(err, ERR_DENIED,
            "its client identifier is somebody else's name; give it another, with its MAC in it");
    for (const char *s = client_id; *s != '\0'; s++) {
        if (*s < ' ' || *s > '~')
            return err_set(err, ERR_DENIED,
                "its client identifier is not plain text (ASCII without control characters)");
    }
    if (holds_other_mac(client_id, identity->mac))
        return err_set(err, ERR_DENIED,
            "its client identifier contains another device's MAC (any 12 hex digits count as one); "
            "give it another, with its own MAC in it");
    return 0;
}

// Not by a MAC that could also be another's: across which another lies, whose first octet is that
// of a soft access point, or that stands where a UUID ends.
bool identity_is_told_by(const struct identity *identity, const char *client_id)
{
    char mac[MAC_SIZE];
    bool is_told = false;

    if (identity->role != ACCESS_TABLE_DEVICE)
        return identity->role == ACCESS_TABLE_DAEMON;
    if ((second_digit(identity->mac) & LOCAL_BIT) != 0)
        return false;
    for (const char *s = client_id; *s != '\0'; s++) {
        if (mac_parse_begin(s, mac) == 0)
            continue;
        if (strcmp(mac, identity->mac) != 0)
            return false;
        is_told = is_told || !ends_uuid(client_id, s);
    }
    return is_told;
}
