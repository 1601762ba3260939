// Changes that are made only if all is as it was, and only once.
#include "server/audit/audit_terms.h"

#include <string.h>

#include "server/base/clock.h"

static int refuse(const struct audit_terms *terms, const char *tag, struct err *err)
{
    const char *blank = terms->object[0] != '\0' ? " " : "";

    if (tag[0] == '\0')
        return err_set(err, ERR_PRECONDITION, "there is no %s%s%.100s, or none any more",
            audit_kind_name(terms->kind), blank, terms->object);
    return err_set(err, ERR_PRECONDITION,
        "%s%s%.100s was changed since; look at it again, and repeat this with its new ETag",
        audit_kind_name(terms->kind), blank, terms->object);
}

int audit_terms_judge(
    struct store_connection *connection, struct audit_terms *terms, struct err *err)
{
    char tag[AUDIT_TAG_SIZE];
    int rc;

    if (terms->accepts == NULL)
        return 0;
    rc = audit_tag_read(connection, terms->kind, terms->object, tag, err);
    if (rc < 0)
        return rc;
    if (terms->is_judged ? strcmp(tag, terms->left) != 0 : !terms->accepts(tag, terms->accepts_ctx))
        return refuse(terms, tag, err);
    return 0;
}

// The first change of a request is the one that it is for.
static int keep_answer(
    struct store_connection *connection, struct audit_terms *terms, struct err *err)
{
    struct answer *answer = terms->answer;
    int rc;

    if (terms->describe == NULL)
        return err_set(err, ERR_INVALID, "this request takes no Idempotency-Key");
    rc = terms->describe(connection, terms->describe_ctx, answer, err);
    if (rc < 0)
        return rc;
    answer->at_ms = clock_system_ms();
    rc = answer_store_add(connection, answer, err);
    terms->is_kept = rc == 0;
    return rc;
}

int audit_terms_keep(
    struct store_connection *connection, struct audit_terms *terms, struct err *err)
{
    int rc = 0;

    if (terms->accepts != NULL) {
        rc = audit_tag_read(connection, terms->kind, terms->object, terms->left, err);
        terms->is_judged = rc == 0;
    }
    if (rc == 0 && terms->answer != NULL && !terms->is_kept)
        rc = keep_answer(connection, terms, err);
    return rc;
}
