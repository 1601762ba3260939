// Prints the rules that the broker's plugin has for each role, a line each: ROLE read|write FILTER.
#include <stdio.h>

#include "server/broker/access_table.h"

int main(void)
{
    const char *role;
    const char *filter;
    enum access_table_kind kind;

    for (size_t i = 0; access_table_own_rule(i, &role, &kind, &filter); i++)
        printf("%s %s %s\n", role, kind == ACCESS_TABLE_READ ? "read" : "write", filter);
    return 0;
}
