// Which form of a file a client takes.
#include "server/gui/gui_encoding.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t"

// Whether what follows a coding is a weight of zero: "; q=0.000".
static bool is_refused(const char *p, size_t n)
{
    const char *end = p + n;

    p += strspn(p, BLANKS ";");
    if (p >= end || (*p != 'q' && *p != 'Q'))
        return false;
    p++;
    p += strspn(p, BLANKS "=");

    size_t digits = strspn(p, "0.");
    const char *rest = p + digits;

    return digits > 0 && rest <= end && rest + strspn(rest, BLANKS) >= end;
}

bool gui_encoding_takes_gzip(const char *field)
{
    bool any = false;

    while (*field != '\0') {
        field += strspn(field, BLANKS ",");

        size_t n = strcspn(field, ",");
        size_t name = strcspn(field, BLANKS ",;");
        bool is_taken = !is_refused(field + name, n - name);

        if (name == 4 && strncasecmp(field, "gzip", name) == 0)
            return is_taken;
        if (name == 1 && *field == '*')
            any = is_taken;
        field += n;
    }
    return any;
}
