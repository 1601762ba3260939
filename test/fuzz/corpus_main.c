// Runs a fuzz target on every file of the folders given: its corpus, as an ordinary test.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "test/fuzz/fuzz.h"

#define PATH_SIZE 4096

static int run_file(const char *path)
{
    uint8_t *text;
    size_t n;
    struct err err;

    if (file_read(path, FUZZ_INPUT_MAX, &text, &n, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return -1;
    }

    // Of its size exactly, for the sanitizers.
    uint8_t *bytes = malloc(n > 0 ? n : 1);

    if (bytes == NULL) {
        free(text);
        return -1;
    }
    memcpy(bytes, text, n);
    free(text);
    printf("%s\n", path); // the last line is the file that failed
    fflush(stdout);
    (void)LLVMFuzzerTestOneInput(bytes, n);
    free(bytes);
    return 0;
}

// Returns how many files there were, or -1.
static int run_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    int done = 0;

    if (count < 0)
        perror(folder);
    for (int i = 0; i < count; i++) {
        char path[PATH_SIZE];

        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && done >= 0)
            done = run_file(path) < 0 ? -1 : done + 1;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count < 0 ? -1 : done;
}

int main(int argc, char **argv)
{
    int files = 0;

    for (int i = 1; i < argc; i++) {
        int done = run_folder(argv[i]);

        if (done < 0)
            return 1;
        files += done;
    }
    printf("%d inputs\n", files);
    return files > 0 ? 0 : 1;
}
