// Certificates that were found good.
#include "server/pki/judged.h"

#include <stdlib.h>
#include <string.h>

#define PLACES 16384

struct judged {
    struct {
        char fingerprint[DIGEST_SHA256_TEXT_SIZE]; // "": free
        struct certificate_facts facts;
    } places[PLACES];
};

int judged_new(struct judged **out)
{
    struct judged *judged = calloc(1, sizeof *judged);

    if (judged == NULL)
        return ERR_NO_MEMORY;
    *out = judged;
    return 0;
}

void judged_free(struct judged *judged)
{
    free(judged);
}

void judged_keep(
    struct judged *judged, const char *fingerprint, const struct certificate_facts *facts)
{
    size_t i = digest_place(fingerprint, PLACES);

    memcpy(judged->places[i].fingerprint, fingerprint, sizeof judged->places[i].fingerprint);
    judged->places[i].facts = *facts;
}

const struct certificate_facts *judged_find(
    const struct judged *judged, const char *fingerprint, int64_t now_ms)
{
    size_t i = digest_place(fingerprint, PLACES);
    const struct certificate_facts *facts = &judged->places[i].facts;
    int64_t now_s = now_ms / 1000;

    if (strcmp(judged->places[i].fingerprint, fingerprint) != 0 ||
        now_s < facts->not_before_ms / 1000 || now_s >= facts->not_after_ms / 1000)
        return NULL;
    return facts;
}

void judged_forget(struct judged *judged)
{
    // Memory that was never used stays so.
    for (size_t i = 0; i < PLACES; i++) {
        if (judged->places[i].fingerprint[0] != '\0')
            judged->places[i].fingerprint[0] = '\0';
    }
}
