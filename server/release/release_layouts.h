#ifndef RELEASE_LAYOUTS_H
#define RELEASE_LAYOUTS_H

#include "server/base/err.h"
#include "server/store/store.h"

// Looks at the stored files of images that were added before their layout was kept, and keeps it.
// The log names those whose file is missing or damaged; they are looked at again the next time.
// Errors are the store's. Before anything else writes images.
ERR_CHECKED int release_layouts_fill(struct store *store, const char *images_dir, struct err *err);

#endif
