#ifndef SETUP_ELSEWHERE_H
#define SETUP_ELSEWHERE_H

#include <stdio.h>

#include "server/setup/setup.h"

// A CA whose key is on another machine: requests for it, and what it answers.

// Whether a certificate of the two is to be signed, so that requests are wanted.
bool setup_elsewhere_is_due(const struct setup *setup);

// Steps that make the keys, and the requests.
int setup_elsewhere_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_ask_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_ask_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

// Says what to type where the CA is.
void setup_elsewhere_explain(const struct setup *setup, FILE *out);

// Steps that take the answers from setup->answers.
int setup_elsewhere_look_answer_ca(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_look_answer_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_look_answer_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_take_ca(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_take_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_elsewhere_take_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

#endif
