// A certificate as JSON. As text in the first place: a fleet's list has a hundred thousand of them.
#include "server/api/api_certificate.h"

static void add_string(struct api_text *text, const char *member, const char *value)
{
    api_text_add(text, member);
    api_text_add_string(text, value);
}

static void add_time(struct api_text *text, const char *member, int64_t time_ms)
{
    api_text_add(text, member);
    if (time_ms != 0)
        api_text_add_integer(text, time_ms);
    else
        api_text_add(text, "null");
}

void api_certificate_write(struct api_text *text, const struct certificate_record *record,
    const struct certificate_standing *standing)
{
    add_string(text, "{\"serial\":", record->serial);
    add_string(text, ",\"common_name\":", record->common_name);
    add_string(text, ",\"mac\":", record->mac);
    add_string(text, ",\"kind\":", certificate_record_kind(record));
    add_string(text, ",\"role\":", record->unit);
    add_string(text, ",\"origin\":", certificate_record_origin_name(record->origin));
    add_string(text, ",\"fingerprint\":", record->fingerprint);
    add_time(text, ",\"not_before_ms\":", record->not_before_ms);
    add_time(text, ",\"not_after_ms\":", record->not_after_ms);
    add_time(text, ",\"known_at_ms\":", record->known_at_ms);
    add_string(text, ",\"state\":", standing->state);
    add_time(text, ",\"revoked_at_ms\":", standing->revoked_at_ms);
    add_string(text, ",\"reason\":", standing->revoked_at_ms != 0 ? standing->reason : "");
    api_text_add(text, "}");
}

json_t *api_certificate_json(
    const struct certificate_record *record, const struct certificate_standing *standing)
{
    struct api_text text = {0};
    json_t *object = NULL;

    api_certificate_write(&text, record, standing);
    if (!text.failed)
        object = json_loadb(text.p, text.n, 0, NULL);
    api_text_clear(&text);
    return object;
}
