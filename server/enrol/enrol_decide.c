// Decides who gets a certificate.
#include "server/enrol/enrol_decide.h"

#include <stddef.h>
#include <string.h>

const char *enrol_decide_policy_name(enum enrol_policy policy)
{
    return policy == ENROL_POLICY_LISTED ? "listed" : "approve";
}

static struct enrol_ruling sign(const char *by)
{
    return (struct enrol_ruling){ENROL_SIGN, by};
}

static struct enrol_ruling refuse(enum enrol_verdict verdict)
{
    return (struct enrol_ruling){verdict, ""};
}

static bool has_state(const struct enrol_case *it, enum enrolment_state state)
{
    return it->row != NULL && it->row->state == state;
}

static bool has_same_key(const struct enrol_case *it)
{
    return strcmp(it->row->key_sha256, it->key_sha256) == 0;
}

// Whether two digests are the same, in a time that does not tell where they differ.
static bool is_same_digest(const char *a, const char *b)
{
    unsigned char difference = 0;

    if (strlen(a) != strlen(b))
        return false;
    for (; *a != '\0'; a++, b++)
        difference |= (unsigned char)(*a ^ *b);
    return difference == 0;
}

static struct enrol_ruling judge_listed(const struct enrol_case *it)
{
    if (it->row->code_sha256[0] == '\0')
        return sign(ENROLMENT_BY_LIST);
    if (it->row->code_tries >= ENROLMENT_CODE_TRIES_MAX ||
        !is_same_digest(it->row->code_sha256, it->code_sha256))
        return refuse(ENROL_CODE);
    return sign(ENROLMENT_BY_CODE);
}

static bool is_known(const struct enrol_case *it)
{
    return it->has_good || (it->has_reported && !it->is_readmitted);
}

// What an open window allowed ends with it, and is no word for a device that is known by now.
static bool is_approved(const struct enrol_case *it)
{
    if (!has_state(it, ENROLMENT_APPROVED))
        return false;
    return strcmp(it->row->decided_by, ENROLMENT_BY_WINDOW) != 0 ||
           ((it->is_let_in || it->is_open) && !is_known(it));
}

struct enrol_ruling enrol_decide(const struct enrol_case *it)
{
    if (it->is_revoked)
        return refuse(ENROL_REVOKED);
    if (has_state(it, ENROLMENT_REJECTED))
        return refuse(ENROL_REJECTED);
    if (has_state(it, ENROLMENT_ENROLLED) && has_same_key(it) && it->certificate_is_good)
        return refuse(ENROL_REPEAT);
    if (is_approved(it))
        return it->row->key_sha256[0] == '\0' || has_same_key(it) ? sign(it->row->decided_by)
                                                                  : refuse(ENROL_OTHER_KEY);
    if (is_known(it))
        return refuse(ENROL_ALARM);
    if (has_state(it, ENROLMENT_LISTED))
        return judge_listed(it);
    if (it->is_readmitted)
        return sign(ENROLMENT_BY_READMISSION);
    if (it->is_open)
        return sign(ENROLMENT_BY_WINDOW);
    if (has_state(it, ENROLMENT_PENDING))
        return refuse(has_same_key(it) ? ENROL_WAIT : ENROL_OTHER_KEY);
    return refuse(it->policy == ENROL_POLICY_APPROVE ? ENROL_WAIT : ENROL_UNLISTED);
}

struct enrol_ruling enrol_decide_renewal(const struct enrol_case *it, bool has_last)
{
    if (it->is_revoked)
        return refuse(ENROL_REVOKED);
    if (has_state(it, ENROLMENT_REJECTED))
        return refuse(ENROL_REJECTED);
    if (has_state(it, ENROLMENT_ENROLLED) && has_same_key(it) && it->certificate_is_good &&
        !has_last)
        return refuse(ENROL_REPEAT);
    if (it->is_late && it->has_good)
        return refuse(ENROL_ALARM);
    return sign(it->is_late ? ENROLMENT_BY_LATE : ENROLMENT_BY_RENEWAL);
}

const char *enrol_decide_words(enum enrol_verdict verdict)
{
    static const char *const words[ENROL_VERDICT_COUNT] = {
        [ENROL_SIGN] = "it gets a certificate",
        [ENROL_REPEAT] = "it gets the certificate that it has got before",
        [ENROL_WAIT] = "an operator has yet to approve this device; ask again later",
        [ENROL_REVOKED] = "this device is revoked",
        [ENROL_REJECTED] = "an operator has rejected this device",
        [ENROL_ALARM] = "this device has a certificate already",
        [ENROL_OTHER_KEY] = "this device has asked with another key before",
        [ENROL_CODE] = "the challengePassword is not this device's code",
        [ENROL_UNLISTED] = "this device is not registered",
    };

    return (unsigned)verdict < ENROL_VERDICT_COUNT ? words[verdict] : "";
}
