#ifndef TEST_SERVER_API_API_AUDIT_ROLLOUTS_H
#define TEST_SERVER_API_API_AUDIT_ROLLOUTS_H

// Steps of api_audit_test.c: a rollout of BOARD-1 to the one device that is below it, which is then
// forgotten, so that it is left out and can be taken in again.

#define ROLLOUT_STEPS                                                                              \
    {API "/rollouts", API "/rollouts", TEXT,                                                       \
        "{\"name\": \"spring\", \"image\": \"BOARD-1\", \"all\": true}", "create", "rollout",      \
        "spring", "\"state\":\"running\",\"image\":\"BOARD-1\",\"phase\":1,\"gated\":true"},       \
        {API "/devices/:/forget", API "/devices/" D "/forget?force=1", TEXT, "", "forget",         \
            "device", D, ""},                                                                      \
        {API "/rollouts/:/pause", API "/rollouts/spring/pause", TEXT, "", "pause", "rollout",      \
            "spring", "\"state\":\"paused\""},                                                     \
        {API "/rollouts/:/retry", API "/rollouts/spring/retry", TEXT, "", "retry", "rollout",      \
            "spring", "\"devices\":1"},                                                            \
        {API "/rollouts/:/resume", API "/rollouts/spring/resume", TEXT, "", "resume", "rollout",   \
            "spring", "\"state\":\"running\""},                                                    \
        {API "/rollouts/:/abort", API "/rollouts/spring/abort", TEXT, "", "abort", "rollout",      \
            "spring", "\"state\":\"aborted\""},

#endif
