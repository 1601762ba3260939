#ifndef GUI_TABLE_H
#define GUI_TABLE_H

#include <stddef.h>
#include <stdint.h>

// The files of the page, which scripts/lib/page_table.sh makes of page/ when this is built.
struct gui_table_file {
    const char *path; // below /gui/, as "app/main.js"
    const char *type; // for Content-Type
    const uint8_t *p;
    size_t n;
    const uint8_t *zipped; // the same by gzip(1)
    size_t zipped_n;
};

extern const struct gui_table_file gui_table[];
extern const size_t gui_table_size;

#endif
