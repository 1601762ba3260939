// Certificates as the store knows them: the names of their origins.
#include "server/model/certificate_record.h"

static const char *const origin_names[CERTIFICATE_ORIGIN_COUNT] = {
    [CERTIFICATE_ISSUED] = "issued",
    [CERTIFICATE_SEEN] = "seen",
    [CERTIFICATE_FILE] = "file",
    [CERTIFICATE_NAMED] = "named",
};

const char *certificate_record_origin_name(enum certificate_origin origin)
{
    return (unsigned)origin < CERTIFICATE_ORIGIN_COUNT ? origin_names[origin] : "unknown";
}
