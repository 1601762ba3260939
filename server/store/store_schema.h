#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#define STORE_SCHEMA_STEPS 33 // the schema's version

// SQL that leads from each version of the schema to the next, the first from an empty database.
extern const char *const store_schema_steps[STORE_SCHEMA_STEPS];

#endif
