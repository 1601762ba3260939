// How somebody says who he is.
#include "server/model/operator.h"

const char *operator_how_name(enum operator_how how)
{
    static const char *const names[OPERATOR_HOW_COUNT] = {
        [OPERATOR_NOBODY] = "nobody",
        [OPERATOR_SOCKET] = "socket",
        [OPERATOR_SESSION] = "session",
        [OPERATOR_TOKEN] = "token",
        [OPERATOR_CERTIFICATE] = "certificate",
    };

    return names[how];
}
