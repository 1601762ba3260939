#ifndef SETUP_H
#define SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/err.h"
#include "server/setup/setup_names.h"

// Where everything lies on the machine that is set up.
#define SETUP_ETC "/etc/secureesp"
#define SETUP_PKI SETUP_ETC "/pki"
#define SETUP_SERVERS SETUP_PKI "/servers"
#define SETUP_REQUESTS SETUP_ETC "/requests"
#define SETUP_CONFIG SETUP_ETC "/secureesp.conf"
#define SETUP_RESTORED SETUP_ETC "/restored" // there once a backup was put back
#define SETUP_BROKER "/etc/mosquitto"
#define SETUP_BROKER_CONFIG SETUP_BROKER "/conf.d/secureesp.conf"

// What becomes of a step.
enum setup_outcome {
    SETUP_KEPT,    // it is done already
    SETUP_CREATED, // what was not there is made
    SETUP_CHANGED, // what is there is changed
    SETUP_SKIPPED, // it cannot be done here, and text says who does it
};

// What a step has found to do, for a person to read: a thing and what it is for.
#define SETUP_TEXT_SIZE 1024
struct setup_finding {
    enum setup_outcome what;
    char text[SETUP_TEXT_SIZE];
};

// Sets both and returns 0.
int setup_find(struct setup_finding *finding, enum setup_outcome what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// A machine that is being set up.
struct setup {
    struct setup_names names;
    bool is_dry;          // nothing is changed
    bool ca_is_elsewhere; // its key is not to be made here
    const char *answers;  // NULL, or the folder with what was signed elsewhere
    bool is_restored;     // a fleet is put back, or was: its devices know its CA alone
    bool begins_anew;     // whatever was here, it is to have a new CA
    bool brings_ca;       // of a dry run: the backup has it
    size_t pending;       // steps of a dry run that would have done something
    void *ctx;            // for steps of others
};

// One step. Both return 0 or a negative enum err.
struct setup_step {
    const char *name; // for messages: "CA"
    // Looks, and changes nothing.
    int (*look)(const struct setup *setup, struct setup_finding *finding, struct err *err);
    // Does what was found to do; may say more of it. NULL: there is never anything to do.
    int (*act)(const struct setup *setup, struct setup_finding *finding, struct err *err);
};

// Takes the steps, of which one without a name is the last, in their order, until one fails: what
// was done stays, and the same call goes on from there. say() is told of each.
ERR_CHECKED int setup_run(struct setup *setup, const struct setup_step *steps,
    void (*say)(const struct setup *setup, const struct setup_finding *finding), struct err *err);

#endif
