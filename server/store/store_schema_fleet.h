#ifndef STORE_SCHEMA_FLEET_H
#define STORE_SCHEMA_FLEET_H

// The steps of store_schema.h that releases to a fleet brought, in their order.
extern const char store_schema_fleet_channels[];
extern const char store_schema_fleet_settings[];
extern const char store_schema_fleet_rollouts[];
extern const char store_schema_fleet_answers[];
extern const char store_schema_fleet_event_clock[];
extern const char store_schema_fleet_webhooks[];
extern const char store_schema_fleet_terms[];
extern const char store_schema_fleet_errors[];
extern const char store_schema_fleet_keys[];
extern const char store_schema_fleet_config_rollouts[];
extern const char store_schema_fleet_users[];
extern const char store_schema_fleet_labels[];

#endif
