#ifndef API_CERTIFICATE_H
#define API_CERTIFICATE_H

#include <jansson.h>

#include "server/api/api_text.h"
#include "server/model/certificate_record.h"

// A certificate as the API shows it (README.md), with how it stands.
void api_certificate_write(struct api_text *text, const struct certificate_record *record,
    const struct certificate_standing *standing);

// The same as a value; a new reference, NULL without memory.
json_t *api_certificate_json(
    const struct certificate_record *record, const struct certificate_standing *standing);

#endif
