#ifndef FIRMWARE_CORE_HTTP_REASON_H
#define FIRMWARE_CORE_HTTP_REASON_H

#include "firmware/core/failure.h"
#include "firmware/core/https.h"

// Begins the detail of a RESULT_HTTP_STATUS: "HTTP 403".
void http_reason_start(struct failure *failure, int status);

// Adds what the body's first line says, as far as it fits: STEP_AGAIN, then -RESULT_HTTP_STATUS.
int http_reason_step(struct https *https, struct failure *failure);

#endif
