// Prints the rules that the broker's plugin has for each role, a line each: ROLE
// read|write|clear FILTER.
#include <stdio.h>

#include "server/broker/access_table.h"

int main(void)
{
    static const char *const kinds[] = {
        [ACCESS_TABLE_READ] = "read",
        [ACCESS_TABLE_WRITE] = "write",
        [ACCESS_TABLE_CLEAR] = "clear",
    };
    const char *role;
    const char *filter;
    enum access_table_kind kind;

    for (size_t i = 0; access_table_own_rule(i, &role, &kind, &filter); i++)
        printf("%s %s %s\n", role, kinds[kind], filter);
    return 0;
}
