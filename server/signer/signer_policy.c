// What the signer signs, decided.
#include "server/signer/signer_policy.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)
#define BLANKS " \t,"
#define WORD_SIZE 16

// The next word of a list, at most WORD_SIZE - 1 bytes of it; false at the end.
static bool next_word(const char **text, char out[WORD_SIZE])
{
    const char *start = *text + strspn(*text, BLANKS);
    size_t n = strcspn(start, BLANKS);
    size_t taken = n < WORD_SIZE ? n : WORD_SIZE - 1;

    memcpy(out, start, taken);
    out[taken] = '\0';
    *text = start + n;
    return n > 0;
}

int signer_policy_read_keys(const char *text, struct signer_policy *policy, struct err *err)
{
    char word[WORD_SIZE];

    policy->allows_p256 = false;
    policy->allows_rsa = false;
    while (next_word(&text, word)) {
        if (strcmp(word, "p256") == 0)
            policy->allows_p256 = true;
        else if (strcmp(word, "rsa") == 0)
            policy->allows_rsa = true;
        else
            return err_set(err, ERR_INVALID, "'%s' is not one of p256, rsa", word);
    }
    if (!policy->allows_p256 && !policy->allows_rsa)
        return err_set(err, ERR_INVALID, "it has none of p256, rsa");
    return 0;
}

static bool is_prefix(const char *word)
{
    size_t n = strspn(word, "0123456789abcdef");

    return n > 0 && n <= MAC_LENGTH && word[n] == '\0';
}

int signer_policy_read_prefixes(const char *text, struct signer_policy *policy, struct err *err)
{
    char word[WORD_SIZE];

    policy->prefix_count = 0;
    while (next_word(&text, word)) {
        if (!is_prefix(word))
            return err_set(err, ERR_INVALID,
                "'%s' is not the beginning of a MAC: 1 to 12 lower-case hex digits", word);
        if (policy->prefix_count == SIGNER_POLICY_PREFIXES_MAX)
            return err_set(
                err, ERR_INVALID, "it has more than %d MACs", SIGNER_POLICY_PREFIXES_MAX);
        memcpy(policy->prefixes[policy->prefix_count++], word, strlen(word) + 1);
    }
    return policy->prefix_count > 0 ? 0 : err_set(err, ERR_INVALID, "it has no MAC");
}

static int judge_name(const struct signer_policy *policy, const char *name, struct err *err)
{
    bool is_listed = policy->prefix_count == 0;

    if (!mac_is_valid(name, strlen(name)))
        return err_set(
            err, ERR_DENIED, "the common name '%s' is not a MAC of 12 lower-case hex digits", name);
    for (size_t i = 0; i < policy->prefix_count; i++)
        is_listed |= strncmp(name, policy->prefixes[i], strlen(policy->prefixes[i])) == 0;
    return is_listed ? 0 : err_set(err, ERR_DENIED, "the MAC %s is none of [policy] macs", name);
}

static int judge_key(const struct signer_policy *policy, const char *algorithm, struct err *err)
{
    if (strcmp(algorithm, "P-256") == 0 && policy->allows_p256)
        return 0;
    if (strncmp(algorithm, "RSA-", 4) == 0 && policy->allows_rsa)
        return 0;
    return err_set(err, ERR_DENIED, "a key %s is none of [policy] keys", algorithm);
}

static int judge_life(const struct signer_policy *policy, const struct signer_policy_life *life,
    int *days, struct err *err)
{
    int64_t left = (life->ca_not_after_ms - life->now_ms) / DAY_MS;
    int64_t most = policy->days < left ? policy->days : left;

    if (life->wanted_days < 0 || life->wanted_days > policy->days)
        return err_set(err, ERR_DENIED, "%d days are more than [policy] days, %lld",
            life->wanted_days, (long long)policy->days);
    if (left <= 0)
        return err_set(err, ERR_EXPIRED, "the CA's certificate ends within a day");
    if (life->wanted_days > most)
        return err_set(err, ERR_DENIED, "%d days would outlive the CA, which has %lld left",
            life->wanted_days, (long long)left);
    *days = life->wanted_days > 0 ? life->wanted_days : (int)most;
    return 0;
}

int signer_policy_judge(const struct signer_policy *policy,
    const struct certificate_request *request, const struct signer_policy_life *life, int *days,
    struct err *err)
{
    int rc = judge_name(policy, request->common_name, err);

    if (rc == 0)
        rc = judge_key(policy, request->key.algorithm, err);
    return rc == 0 ? judge_life(policy, life, days, err) : rc;
}
