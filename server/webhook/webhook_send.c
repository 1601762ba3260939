// What waits for webhooks, on its way to them.
#include "server/webhook/webhook_send.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/tally.h"
#include "server/webhook/webhook_post.h"

#define TELL_MS 60000 // one line of each kind within this

// A webhook that is driven.
struct slot {
    int64_t webhook;       // 0: none
    int64_t created_at_ms; // of two with the same number, one after the other, which
    char name[WEBHOOK_NAME_SIZE];
    int64_t rest_until_ms; // monotonic
    int64_t failures;      // in a row, of all its messages
    struct webhook_post *post;
    struct webhook_message message;
    bool is_there; // in the look that is under way
};

struct webhook_send {
    struct webhook_send_settings settings;
    CURLM *multi;
    struct slot slots[WEBHOOK_MAX];
    struct tally sent, failed, given_up, trouble;
};

static uint32_t draw(void)
{
    uint32_t chance = 0;

    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) < 0)
        return 0;
    return chance;
}

static void tell_trouble(struct webhook_send *send, const struct err *err)
{
    if (tally_add(&send->trouble, 1, TELL_MS))
        log_error("webhook", "not sent reason=\"%s\"", err->message);
}

static struct slot *find_slot(struct webhook_send *send, const struct webhook *webhook)
{
    struct slot *empty = NULL;

    for (size_t i = 0; i < WEBHOOK_MAX; i++) {
        struct slot *slot = &send->slots[i];

        if (slot->webhook == webhook->id && slot->created_at_ms == webhook->created_at_ms)
            return slot;
        if (slot->webhook == 0 && empty == NULL)
            empty = slot;
    }
    if (empty == NULL)
        return NULL;
    *empty = (struct slot){.webhook = webhook->id, .created_at_ms = webhook->created_at_ms};
    memcpy(empty->name, webhook->name, sizeof empty->name);
    return empty;
}

// Of those that are there no more: what is under way to them ends by itself.
static void clear_slots(struct webhook_send *send)
{
    for (size_t i = 0; i < WEBHOOK_MAX; i++) {
        if (!send->slots[i].is_there && send->slots[i].post == NULL)
            send->slots[i].webhook = 0;
        send->slots[i].is_there = false;
    }
}

static void rest(struct webhook_send *send, struct slot *slot)
{
    slot->failures++;
    slot->rest_until_ms = clock_monotonic_ms() +
                          webhook_backoff_delay(&send->settings.backoff, slot->failures, draw());
}

static int read_key(const struct webhook_send *send, const struct webhook *webhook,
    struct webhook_key *out, struct err *err)
{
    uint8_t *bytes;
    size_t n;
    int rc = key_vault_unseal(send->settings.vault, webhook->name, webhook->sealed,
        webhook->sealed_size, &bytes, &n, err);

    if (rc < 0)
        return err_context(err, "secret of webhook %s", webhook->name);
    out->n = n <= sizeof out->bytes ? n : sizeof out->bytes;
    memcpy(out->bytes, bytes, out->n);
    explicit_bzero(bytes, n);
    free(bytes);
    return 0;
}

// Takes the body.
static int post(struct webhook_send *send, const struct webhook *webhook, struct slot *slot,
    char *body, struct err *err)
{
    struct webhook_post_settings settings = {
        &send->settings.allow, send->settings.ca, send->settings.timeout_ms};
    struct webhook_key key = {.n = 0};
    struct webhook_post_order order = {
        webhook->url, slot->message.id, &key, clock_system_ms() / 1000};
    int rc = read_key(send, webhook, &key, err);

    if (rc < 0) {
        free(body);
        return rc;
    }
    rc = webhook_post_new(&settings, &order, body, &slot->post, err);
    explicit_bzero(&key, sizeof key);
    if (rc < 0)
        return rc;
    curl_easy_setopt(webhook_post_handle(slot->post), CURLOPT_PRIVATE, slot);
    if (curl_multi_add_handle(send->multi, webhook_post_handle(slot->post)) == CURLM_OK)
        return 0;
    webhook_post_free(slot->post);
    slot->post = NULL;
    return err_set(err, ERR_NO_MEMORY, "no memory for a message");
}

static int read_first(struct webhook_send *send, struct slot *slot, char **body, struct err *err)
{
    int64_t now_ms = clock_now_ms();
    struct webhook_store_due due = {slot->webhook, now_ms, now_ms + send->settings.backoff.max_ms};
    struct store_connection *connection;
    int rc = store_read_begin(send->settings.store, &connection, err);

    if (rc < 0)
        return rc;
    rc = webhook_store_first(connection, &due, &slot->message, body, err);
    store_read_end(send->settings.store, connection);
    return rc;
}

static void start_one(struct webhook_send *send, const struct webhook *webhook)
{
    struct slot *slot = find_slot(send, webhook);
    struct err err = {0};
    char *body = NULL;
    int rc;

    if (slot == NULL)
        return;
    slot->is_there = true;
    if (webhook->state != WEBHOOK_ON || slot->post != NULL ||
        clock_monotonic_ms() < slot->rest_until_ms)
        return;
    rc = read_first(send, slot, &body, &err);
    if (rc == ERR_NOT_FOUND)
        return;
    if (rc == 0)
        rc = post(send, webhook, slot, body, &err);
    if (rc < 0) {
        rest(send, slot);
        tell_trouble(send, &err);
    }
}

// --- what became of them

static void tell(struct webhook_send *send, const struct webhook_result *result)
{
    const char *id = result->message.id;

    tally_add(&send->sent, result->outcome == WEBHOOK_OUTCOME_SENT, TELL_MS);
    if (tally_add(&send->failed, result->outcome != WEBHOOK_OUTCOME_SENT, TELL_MS))
        log_warning("webhook", "not sent name=%s id=%s tries=%lld status=%lld reason=\"%s\"",
            result->name, id, (long long)result->message.tries, (long long)result->status,
            result->error);
    if (tally_add(&send->given_up, result->outcome == WEBHOOK_OUTCOME_GIVEN_UP, TELL_MS))
        log_warning("webhook", "given up name=%s id=%s tries=%lld reason=\"%s\"", result->name, id,
            (long long)result->message.tries, result->error);
    if (result->outcome == WEBHOOK_OUTCOME_GONE)
        log_warning("webhook",
            "its receiver has gone, nothing is sent any more name=%s dropped=%lld", result->name,
            (long long)result->dropped);
}

static void finish(struct webhook_send *send, struct slot *slot, CURLcode code)
{
    struct webhook_result result = {.message = slot->message};
    struct err err = {0};

    memcpy(result.name, slot->name, sizeof result.name);
    webhook_post_read(slot->post, code, &result);
    curl_multi_remove_handle(send->multi, webhook_post_handle(slot->post));
    webhook_post_free(slot->post);
    slot->post = NULL;
    webhook_outcome_decide(&result, &send->settings.backoff, clock_now_ms(), draw());

    int rc = store_write(send->settings.store, webhook_outcome_write, &result, &err);

    if (rc < 0)
        tell_trouble(send, &err); // it is sent again
    else
        tell(send, &result);
    if (rc < 0 || result.outcome != WEBHOOK_OUTCOME_SENT)
        rest(send, slot);
    else
        slot->failures = 0;
}

// Whether one has ended, so that the next may be due.
static bool finish_all(struct webhook_send *send)
{
    CURLMsg *message;
    bool any = false;
    int left;

    while ((message = curl_multi_info_read(send->multi, &left)) != NULL) {
        CURLcode code = message->data.result;
        char *slot = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        finish(send, (struct slot *)(void *)slot, code);
        any = true;
    }
    return any;
}

int webhook_send_new(
    const struct webhook_send_settings *settings, struct webhook_send **out, struct err *err)
{
    struct webhook_send *send = calloc(1, sizeof *send);

    if (send != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        send->multi = curl_multi_init();
    if (send == NULL || send->multi == NULL) {
        free(send);
        return err_set(err, ERR_NO_MEMORY, "no memory for webhooks");
    }
    curl_multi_setopt(send->multi, CURLMOPT_MAXCONNECTS, (long)WEBHOOK_SEND_KEPT);
    send->settings = *settings;
    *out = send;
    return 0;
}

void webhook_send_free(struct webhook_send *send)
{
    if (send == NULL)
        return;
    for (size_t i = 0; i < WEBHOOK_MAX; i++) {
        if (send->slots[i].post == NULL)
            continue;
        curl_multi_remove_handle(send->multi, webhook_post_handle(send->slots[i].post));
        webhook_post_free(send->slots[i].post);
    }
    curl_multi_cleanup(send->multi);
    free(send);
}

void webhook_send_start(struct webhook_send *send, const struct webhook *webhooks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        start_one(send, &webhooks[i]);
    clear_slots(send);
}

void webhook_send_set_allow(struct webhook_send *send, const struct webhook_allow *allow)
{
    send->settings.allow = *allow;
}

bool webhook_send_run(struct webhook_send *send)
{
    int running;

    curl_multi_perform(send->multi, &running);
    return finish_all(send);
}

void webhook_send_wait(struct webhook_send *send, int ms)
{
    curl_multi_poll(send->multi, NULL, 0, ms, NULL);
}

void webhook_send_wake(struct webhook_send *send)
{
    curl_multi_wakeup(send->multi);
}

void webhook_send_each_counter(const struct webhook_send *send,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    add("webhooks_sent", send->sent.total, add_ctx);
    add("webhooks_failed", send->failed.total, add_ctx);
    add("webhooks_given_up", send->given_up.total, add_ctx);
}
