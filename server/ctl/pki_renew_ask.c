// Whether a certificate that is to be renewed is revoked.
#include "server/ctl/pki_renew_ask.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/ctl/field.h"
#include "server/ctl/url.h"
#include "server/model/serial.h"

void pki_renew_ask_clear(struct pki_renew_ask *ask)
{
    client_close(ask->client);
    ask->client = NULL;
}

static int tell(struct pki_renew_ask *ask, const struct certificate *certificate, struct err *err)
{
    char *pem;
    json_t *answer;
    int rc = certificate_to_pem(certificate, &pem, err);

    if (rc < 0)
        return rc;

    struct client_request request = {
        .method = "POST",
        .path = "/api/v1/certificates",
        .body = (const uint8_t *)pem,
        .size_bytes = strlen(pem),
        .type = "application/x-pem-file",
        .once = true,
    };

    rc = client_call(ask->client, &request, &answer, err);
    free(pem);
    if (rc < 0)
        return rc;
    if (field_integer(answer, "foreign", 0) > 0)
        rc = err_set(err, ERR_CONFLICT, "the daemon at %s trusts another CA",
            client_target_place(ask->call->target));
    json_decref(answer);
    return rc;
}

static int look(struct pki_renew_ask *ask, const char *serial, struct err *err)
{
    struct url url;
    json_t *answer;

    url_init(&url, "/api/v1/certificates");
    url_segment(&url, serial);

    struct client_request request = {.method = "GET", .path = url_text(&url)};
    int rc = client_call(ask->client, &request, &answer, err);

    url_clear(&url);
    if (rc < 0)
        return rc;

    const char *state = field_text(answer, "state", "");

    rc = strcmp(state, "revoked") == 0 || strcmp(state, "on-hold") == 0;
    json_decref(answer);
    return rc;
}

int pki_renew_ask(struct pki_renew_ask *ask, const struct certificate *certificate, struct err *err)
{
    char serial[SERIAL_SIZE];
    int rc = certificate_serial(certificate, serial, err);

    if (options_has(ask->call->options, "no-daemon"))
        return 0;
    if (rc == 0 && ask->client == NULL)
        rc = client_open(ask->call->target, &ask->client, err);
    if (rc == 0)
        rc = tell(ask, certificate, err);
    if (rc == 0)
        rc = look(ask, serial, err);
    return rc < 0 ? err_context(err, "nobody can say whether it is revoked") : rc;
}
