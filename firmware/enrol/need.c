// Whether a start is for a certificate.
#include "firmware/enrol/need.h"

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/files.h"
#include "firmware/enrol/claim.h"
#include "firmware/enrol/renewal.h"
#include "firmware/core/slots.h"
#include "firmware/core/staging.h"

static bool has_file(struct port *port, const char *name)
{
    uint8_t byte;

    return files_read(port, name, &byte, sizeof byte) != PORT_ABSENT;
}

static bool has(struct port *port, const char *mac, enum staging_file file, bool staged)
{
    char name[STAGING_NAME_SIZE];

    staging_name(file, mac, staged, name);
    return has_file(port, name);
}

// The certificate is staged behind its key: a key without one is what a power cut has left. But not
// while the two take the place of the old ones, which the slot record knows of.
static void tidy(struct port *port, const char *mac)
{
    struct slots slots;
    struct failure failure;

    if (has(port, mac, STAGING_CERT, true) || slots_load(&slots, port, &failure) < 0 ||
        slots.staged_trial != SLOTS_TRIAL_NONE)
        return;
    (void)staging_discard(port, mac, STAGING_BIT(STAGING_KEY));
}

// What commands have staged has its trial first.
static bool may_renew(struct port *port, const char *mac)
{
    return !has(port, mac, STAGING_CA, true) && !has(port, mac, STAGING_CERT, true) &&
           !has(port, mac, STAGING_KEY, true);
}

enum need need_find(struct port *port, const char *mac)
{
    struct renewal renewal;
    bool begins;

    if (!has(port, mac, STAGING_CERT, false) && has_file(port, CLAIM_CERT))
        return NEED_ENROLMENT;
    renewal_load(&renewal, port);
    if (renewal.state == RENEWAL_NONE)
        return NEED_NONE;
    if (renewal.state == RENEWAL_TRIED)
        tidy(port, mac);
    begins = renewal.state == RENEWAL_ASKED && may_renew(port, mac);
    renewal.state = begins ? RENEWAL_TRIED : RENEWAL_NONE;
    return renewal_store(&renewal, port) == 0 && begins ? NEED_RENEWAL : NEED_NONE;
}
