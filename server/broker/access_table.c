// Who may say and hear what.
#include "server/broker/access_table.h"

#include <stdlib.h>
#include <string.h>

#include "server/broker/topic_rule.h"
#include "server/model/broker_topic.h"
#include "server/model/homeassistant_topic.h"
#include "server/pki/client_name.h"

struct rule {
    int role;
    enum access_table_kind kind;
    const char *filter;
};

#define READ ACCESS_TABLE_READ
#define WRITE ACCESS_TABLE_WRITE
#define CLEAR ACCESS_TABLE_CLEAR

static const struct rule own_rules[] = {
    // A device speaks for itself alone and hears its own commands alone.
    {ACCESS_TABLE_DEVICE, WRITE, "/status/%m"},
    {ACCESS_TABLE_DEVICE, WRITE, "/event/%m"},
    {ACCESS_TABLE_DEVICE, WRITE, "/will/%m"},
    {ACCESS_TABLE_DEVICE, WRITE, "/will/%m/will"},
    {ACCESS_TABLE_DEVICE, READ, "/command/%m/#"},
    // The daemon hears every device and commands every device, and hears what we report.
    {ACCESS_TABLE_DAEMON, READ, "/status/+"},
    {ACCESS_TABLE_DAEMON, READ, "/event/+"},
    {ACCESS_TABLE_DAEMON, READ, "/will/+"},
    {ACCESS_TABLE_DAEMON, READ, "/will/+/will"},
    {ACCESS_TABLE_DAEMON, READ, BROKER_TOPIC_ALL},
    {ACCESS_TABLE_DAEMON, WRITE, "/command/+/+"},
    // It takes away what devices that are shut out, or forgotten, have left.
    {ACCESS_TABLE_DAEMON, CLEAR, "/status/+"},
    {ACCESS_TABLE_DAEMON, CLEAR, "/event/+"},
    {ACCESS_TABLE_DAEMON, CLEAR, "/will/+"},
    {ACCESS_TABLE_DAEMON, CLEAR, "/will/+/will"},
    // It finds out by itself whether all that holds: what it says here it must hear.
    {ACCESS_TABLE_DAEMON, WRITE, "/status/probe"},
    {ACCESS_TABLE_DAEMON, WRITE, "/event/probe"},
    {ACCESS_TABLE_DAEMON, WRITE, "/will/probe"},
    {ACCESS_TABLE_DAEMON, WRITE, "/will/probe/will"},
    {ACCESS_TABLE_DAEMON, READ, "/command/probe/probe"},
    // Others listen.
    {ACCESS_TABLE_MONITOR, READ, "/status/+"},
    {ACCESS_TABLE_MONITOR, READ, "/event/+"},
    {ACCESS_TABLE_MONITOR, READ, "/will/+"},
    {ACCESS_TABLE_MONITOR, READ, "/will/+/will"},
    // Home Assistant sees what the daemon says of devices, and may order what that names.
    {ACCESS_TABLE_HOMEASSISTANT, READ, "homeassistant/#"},
    {ACCESS_TABLE_HOMEASSISTANT, READ, HOMEASSISTANT_TOPIC_DAEMON},
    {ACCESS_TABLE_HOMEASSISTANT, READ, "secureesp/+/state"},
    {ACCESS_TABLE_HOMEASSISTANT, READ, "secureesp/+/availability"},
    {ACCESS_TABLE_HOMEASSISTANT, WRITE, HOMEASSISTANT_TOPIC_BIRTH},
    {ACCESS_TABLE_HOMEASSISTANT, WRITE, "secureesp/+/install"},
    {ACCESS_TABLE_HOMEASSISTANT, WRITE, "secureesp/+/restart"},
    // The daemon says that, nobody else; and hears what it has said, to take it away some day.
    {ACCESS_TABLE_DAEMON, READ, HOMEASSISTANT_TOPIC_BIRTH},
    {ACCESS_TABLE_DAEMON, READ, HOMEASSISTANT_TOPIC_CONFIGS},
    {ACCESS_TABLE_DAEMON, WRITE, HOMEASSISTANT_TOPIC_CONFIGS},
    {ACCESS_TABLE_DAEMON, WRITE, HOMEASSISTANT_TOPIC_DAEMON},
    {ACCESS_TABLE_DAEMON, WRITE, "secureesp/+/state"},
    {ACCESS_TABLE_DAEMON, WRITE, "secureesp/+/availability"},
};
#define OWN_RULES (sizeof own_rules / sizeof own_rules[0])

static const char *const own_names[ACCESS_TABLE_MORE] = {
    [ACCESS_TABLE_DEVICE] = "device",
    [ACCESS_TABLE_DAEMON] = "daemon",
    [ACCESS_TABLE_MONITOR] = CLIENT_NAME_MONITOR,
    [ACCESS_TABLE_HOMEASSISTANT] = CLIENT_NAME_HOMEASSISTANT,
};

struct role {
    char name[ACCESS_TABLE_NAME_MAX + 1];
    bool is_unbounded;
};

struct access_table {
    int role_count;
    struct role roles[ACCESS_TABLE_ROLES_MAX];
    size_t rule_count; // of those that were added
    struct rule rules[ACCESS_TABLE_RULES_MAX];
};

int access_table_new(struct access_table **out)
{
    struct access_table *table = calloc(1, sizeof *table);

    if (table == NULL)
        return ERR_NO_MEMORY;
    for (int i = 0; i < ACCESS_TABLE_MORE; i++)
        strcpy(table->roles[i].name, own_names[i]);
    table->roles[ACCESS_TABLE_DAEMON].is_unbounded = true;
    table->role_count = ACCESS_TABLE_MORE;
    *out = table;
    return 0;
}

void access_table_free(struct access_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->rule_count; i++)
        free((char *)table->rules[i].filter);
    free(table);
}

int access_table_find(const struct access_table *table, const char *name)
{
    for (int i = 0; i < table->role_count; i++) {
        if (strcmp(table->roles[i].name, name) == 0)
            return i;
    }
    return ACCESS_TABLE_NONE;
}

const char *access_table_role_name(const struct access_table *table, int role)
{
    return table->roles[role].name;
}

bool access_table_is_unbounded(const struct access_table *table, int role)
{
    return table->roles[role].is_unbounded;
}

// Writes the next word of a line to out; false if there is none or it is too long.
static bool take_word(const char **line, char *out, size_t size)
{
    const char *s = *line + strspn(*line, " \t");
    size_t n = strcspn(s, " \t");

    if (n == 0 || n >= size)
        return false;
    memcpy(out, s, n);
    out[n] = '\0';
    *line = s + n;
    return true;
}

static bool has_rule(
    const struct access_table *table, int role, enum access_table_kind kind, const char *filter)
{
    for (size_t i = 0; i < table->rule_count; i++) {
        const struct rule *rule = &table->rules[i];

        if (rule->role == role && rule->kind == kind && strcmp(rule->filter, filter) == 0)
            return true;
    }
    return false;
}

static int add_rule(struct access_table *table, int role, enum access_table_kind kind,
    const char *filter, struct err *err)
{
    if (!topic_rule_is_valid(filter) || strstr(filter, "%m") != NULL)
        return err_set(err, ERR_INVALID, "'%s' is not a topic filter that a role may have", filter);
    if (kind == WRITE && topic_rule_covers(BROKER_TOPIC_ALL, "", filter))
        return err_set(err, ERR_INVALID,
            "no role may write '%s': only the plugin does below /broker/", filter);
    if (has_rule(table, role, kind, filter))
        return err_set(err, ERR_CONFLICT, "this rule is given twice");
    if (table->rule_count == ACCESS_TABLE_RULES_MAX)
        return err_set(err, ERR_TOO_LARGE, "more than %d rules", ACCESS_TABLE_RULES_MAX);

    struct rule *rule = &table->rules[table->rule_count];

    rule->role = role;
    rule->kind = kind;
    rule->filter = strdup(filter);
    if (rule->filter == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a rule");
    table->rule_count++;
    return 0;
}

// The role of that name, made if it is new.
static int take_role(struct access_table *table, const char *name, int *role, struct err *err)
{
    int rc = client_name_check_role(name, err);

    if (rc == 0)
        rc = client_name_check(name, err);
    if (rc < 0)
        return rc;
    *role = access_table_find(table, name);
    if (*role != ACCESS_TABLE_NONE)
        return 0;
    if (table->role_count == ACCESS_TABLE_ROLES_MAX)
        return err_set(err, ERR_TOO_LARGE, "more than %d roles", ACCESS_TABLE_ROLES_MAX);
    *role = table->role_count++;
    strcpy(table->roles[*role].name, name);
    return 0;
}

int access_table_add(struct access_table *table, const char *line, struct err *err)
{
    char name[ACCESS_TABLE_NAME_MAX + 1];
    char verb[sizeof "unbounded"];
    int role;

    if (!take_word(&line, name, sizeof name) || !take_word(&line, verb, sizeof verb))
        return err_set(err, ERR_INVALID, "expected NAME read|write FILTER, or NAME unbounded");

    const char *rest = line + strspn(line, " \t");
    bool is_unbounded = strcmp(verb, "unbounded") == 0;
    bool is_read = strcmp(verb, "read") == 0;

    if (!is_unbounded && !is_read && strcmp(verb, "write") != 0)
        return err_set(err, ERR_INVALID, "'%s' is neither read, write nor unbounded", verb);
    if (is_unbounded && *rest != '\0')
        return err_set(err, ERR_INVALID, "nothing may follow unbounded, but '%s' does", rest);

    int rc = take_role(table, name, &role, err);

    if (rc < 0)
        return rc;
    if (!is_unbounded)
        return add_rule(table, role, is_read ? READ : WRITE, rest, err);
    if (table->roles[role].is_unbounded)
        return err_set(err, ERR_CONFLICT, "this is given twice");
    table->roles[role].is_unbounded = true;
    return 0;
}

// What is asked of each rule in turn.
typedef bool judge_fn(const char *rule, const char *mac, const char *topic);

static bool any_of(
    const struct rule *rules, size_t n, const struct rule *wanted, const char *mac, judge_fn *judge)
{
    for (size_t i = 0; i < n; i++) {
        if (rules[i].role == wanted->role && rules[i].kind == wanted->kind &&
            judge(rules[i].filter, mac, wanted->filter))
            return true;
    }
    return false;
}

static bool allows(
    const struct access_table *table, const struct rule *wanted, const char *mac, judge_fn *judge)
{
    return any_of(own_rules, OWN_RULES, wanted, mac, judge) ||
           any_of(table->rules, table->rule_count, wanted, mac, judge);
}

bool access_table_allows(const struct access_table *table, int role, const char *mac,
    enum access_table_kind kind, const char *topic)
{
    // also if a role may say "#"
    if (kind == WRITE && topic_rule_matches(BROKER_TOPIC_ALL, "", topic))
        return false;
    return allows(table, &(struct rule){role, kind, topic}, mac, topic_rule_matches);
}

bool access_table_allows_filter(
    const struct access_table *table, int role, const char *mac, const char *filter)
{
    return allows(table, &(struct rule){role, READ, filter}, mac, topic_rule_covers);
}

bool access_table_own_rule(
    size_t i, const char **role, enum access_table_kind *kind, const char **filter)
{
    if (i >= OWN_RULES)
        return false;
    *role = own_names[own_rules[i].role];
    *kind = own_rules[i].kind;
    *filter = own_rules[i].filter;
    return true;
}
