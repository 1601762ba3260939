#ifndef TEST_SERVER_API_API_AUDIT_WEBHOOKS_H
#define TEST_SERVER_API_API_AUDIT_WEBHOOKS_H

// Steps of api_audit_test.c: a webhook with a password in its URL, and a secret that is given.

#define WEBHOOK_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define WEBHOOK_STEPS                                                                              \
    {API "/webhooks", API "/webhooks", TEXT,                                                       \
        "{\"name\": \"chat\", \"url\": \"https://chat.example/" PASSWORD_IN_URL "\","              \
        " \"events\": [\"error\", \"rollout-*\"], \"secret\": \"" WEBHOOK_SECRET "\"}",            \
        "add", "webhook", "chat",                                                                  \
        "{\"to\":\"https://chat.example\",\"events\":\"error rollout-*\",\"filter\":null}"},       \
        {API "/webhooks/:/test", API "/webhooks/chat/test", TEXT, "", "test", "webhook", "chat",   \
            "\"message\":\"msg_"},                                                                 \
        {API "/webhooks/:/remove", API "/webhooks/chat/remove", TEXT, "", "remove", "webhook",     \
            "chat", ""},                                                                           \
        {API "/alerts/test", API "/alerts/test?kind=disk-low", TEXT, "", "test", "alert",          \
            "disk-low", "\"note\":1"},
#define PASSWORD_IN_URL "T0KEN"

#endif
