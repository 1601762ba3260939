#ifndef STORE_SCHEMA_ALERT_H
#define STORE_SCHEMA_ALERT_H

// The step of store_schema.h that alerts brought.
extern const char store_schema_alert_alerts[];

#endif
