// Backups of a daemon's files, made while its store is open.
#include "server/backup/backup.h"

#include "server/archive/archive_reader.h"
#include "server/backup/backup_adopt.h"
#include "server/backup/backup_pipe.h"
#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/image/image_files.h"
#include "server/pki/digest.h"
#include "server/store/store_copy.h"
#include "test/unit/server/store/store_fixture.h"

struct daemon {
    struct fixture store; // its database is secureesp.db
    char images[SCRATCH_PATH_SIZE];
    char config[SCRATCH_PATH_SIZE];
    char devices[SCRATCH_PATH_SIZE];
    struct backup_places places;
    struct backup *backup;
    char names[4096]; // of the members that were read
};

static void put(const char *folder, const char *name, const char *text)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(file_replace(path, (const uint8_t *)text, strlen(text), 0600, NULL), 0);
}

static int set_up(void **state)
{
    static struct daemon d;
    void *folder = NULL;

    memset(&d, 0, sizeof d);
    if (scratch_make(&folder) < 0)
        return -1;
    d.store.folder = folder;
    scratch_path(folder, "secureesp.db", d.store.path);
    scratch_path(folder, "images", d.images);
    scratch_path(folder, "secureesp.conf", d.config);
    scratch_path(folder, "devices", d.devices);
    fixture_open(&d.store);
    put(folder, "secureesp.conf", "; none\n");
    put(folder, "device-keys.secret", "secret");
    if (mkdir(d.devices, 0700) < 0)
        return -1;
    put(d.devices, "84f3eb000001.crt", "certificate");
    put(d.devices, "84f3eb000001.key", "key");
    d.places = (struct backup_places){folder, d.config, d.devices};
    *state = &d;
    return backup_new(&d.places, &d.backup, NULL);
}

static int tear_down(void **state)
{
    struct daemon *d = *state;
    void *folder = d->store.folder;

    backup_free(d->backup);
    fixture_close(&d->store);
    return scratch_remove(&folder);
}

// An image in the database, and its file if it has one.
static void add_image(struct daemon *d, const char *text, bool has_file)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char sql[512];

    digest_sha256((const uint8_t *)text, strlen(text), sha256);
    snprintf(sql, sizeof sql,
        "INSERT INTO images (name, state, size_bytes, sha256, md5, signer, embeds_from,"
        " added_at_ms, published_at_ms) VALUES ('%s', 1, 1, '%s', '', '', '', 1, 1)",
        text, sha256);
    fixture_query(&d->store, sql);
    if (has_file)
        assert_int_equal(
            image_files_put(d->images, sha256, (const uint8_t *)text, strlen(text), NULL), 0);
}

static int note_about(const struct archive_about *about, void *ctx, struct err *err)
{
    (void)ctx;
    (void)err;
    assert_false(about->has_keys);
    return 0;
}

static int note_begin(const struct tar_header *header, void *ctx, struct err *err)
{
    struct daemon *d = ctx;

    (void)err;
    strcat(d->names, header->name);
    strcat(d->names, ";");
    return 0;
}

static int note_add(const void *p, size_t n, void *ctx, struct err *err)
{
    (void)p;
    (void)n;
    (void)ctx;
    (void)err;
    return 0;
}

static int note_end(void *ctx, struct err *err)
{
    (void)ctx;
    (void)err;
    return 0;
}

static int read_run(struct daemon *d, struct backup_run *run)
{
    struct archive_reader_events events = {note_about, note_begin, note_add, note_end, d};
    struct archive_reader *reader;
    char buffer[10000];
    ssize_t n;
    int rc = 0;

    d->names[0] = '\0';
    assert_int_equal(archive_reader_open(&events, &reader, NULL), 0);
    while ((n = backup_run_read(run, buffer, sizeof buffer)) != 0 && n != -1 && rc == 0)
        rc = n < 0 ? 0 : archive_reader_write(buffer, (size_t)n, reader, NULL);
    if (rc == 0 && n == 0)
        rc = archive_reader_end(reader, NULL);
    archive_reader_free(reader);
    return n < 0 ? ERR_IO : rc;
}

static int make(struct daemon *d)
{
    struct backup_run *run;
    int rc;

    assert_int_equal(backup_begin(d->backup, &run, NULL), 0);
    assert_int_equal(backup_run_start(run, NULL), 0);
    rc = read_run(d, run);
    backup_run_end(run);
    return rc;
}

// What is in state_dir by a name that begins so.
static int count_stages(const struct daemon *d)
{
    const struct dirent *entry;
    DIR *dir = opendir(d->store.folder);
    int count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        count += strncmp(entry->d_name, "backup.", 7) == 0;
    closedir(dir);
    return count;
}

static void all_is_in_it_but_keys(void **state)
{
    struct daemon *d = *state;

    add_image(d, "one", true);
    add_image(d, "gone", false); // damage does not keep it from being made
    assert_int_equal(make(d), 0);
    assert_non_null(strstr(d->names, "etc/secureesp.conf;"));
    assert_non_null(strstr(d->names, "state/device-keys.secret;"));
    assert_non_null(strstr(d->names, "state/secureesp.db;"));
    assert_non_null(strstr(d->names, "state/images/76/7692c3ad3540bb803c020b3aee66cd8887123234ea0c6"
                                     "e7143c0add73ff431ed;"));
    assert_non_null(strstr(d->names, "devices/84f3eb000001.crt;"));
    assert_null(strstr(d->names, ".key"));
    assert_int_equal(count_stages(d), 0);
}

static void one_at_a_time(void **state)
{
    struct daemon *d = *state;
    struct backup_run *run, *other;
    char buffer[10];

    assert_int_equal(backup_begin(d->backup, &run, NULL), 0);
    assert_int_equal(backup_begin(d->backup, &other, NULL), ERR_CONFLICT);
    assert_int_equal(backup_run_start(run, NULL), 0);
    while (backup_run_read(run, buffer, sizeof buffer) == BACKUP_PIPE_LATER)
        ;
    backup_run_end(run); // who takes it has gone
    assert_int_equal(count_stages(d), 0);
    assert_int_equal(make(d), 0);
}

// A daemon that starts anew knows it, too.
static void when_it_was_made_is_known(void **state)
{
    struct daemon *d = *state;
    int64_t begin_ms = clock_now_ms();
    int64_t made_ms;

    assert_int_equal(backup_made_at_ms(d->backup), 0);
    assert_int_equal(make(d), 0);
    made_ms = backup_made_at_ms(d->backup);
    assert_in_range(made_ms, begin_ms, clock_now_ms());
    backup_free(d->backup);
    assert_int_equal(backup_new(&d->places, &d->backup, NULL), 0);
    assert_int_equal(backup_made_at_ms(d->backup), made_ms);
}

static void what_cannot_be_read_ends_it(void **state)
{
    struct daemon *d = *state;

    assert_int_equal(unlink(d->config), 0);
    assert_int_equal(make(d), ERR_IO);
    assert_int_equal(backup_made_at_ms(d->backup), 0);
    assert_int_equal(count_stages(d), 0);
}

static void what_a_killed_one_left_is_swept(void **state)
{
    struct daemon *d = *state;
    struct backup *later;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(d->store.folder, "backup.Ab12yZ", path);
    assert_int_equal(mkdir(path, 0700), 0);
    put(path, "secureesp.db", "half");
    put(d->store.folder, "last-backup.Ab12yZ.tmp", "17");
    assert_int_equal(backup_new(&d->places, &later, NULL), 0);
    backup_free(later);
    assert_int_equal(count_stages(d), 0);
    scratch_path(d->store.folder, "last-backup.Ab12yZ.tmp", path);
    assert_int_equal(access(path, F_OK), -1);
}

static bool yes(void *ctx)
{
    (void)ctx;
    return true;
}

static void a_copy_is_taken_over_with_a_row(void **state)
{
    struct daemon *d = *state;
    char path[SCRATCH_PATH_SIZE];
    struct store_copy_wish wish = {d->store.path, path, yes, NULL};

    scratch_path(d->store.folder, "copy", path);
    assert_int_equal(store_copy_make(&wish, NULL), 0);
    fixture_close(&d->store);
    assert_int_equal(rename(path, d->store.path), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(backup_adopt_open(d->store.path, &d->store.store, NULL), 0);
        assert_int_equal(fixture_query(&d->store, "SELECT count(*) FROM audit WHERE verb ="
                                                  " 'restore' AND kind = 'backup' AND who ="
                                                  " 'daemon'"),
            1);
        fixture_close(&d->store);
    }
    fixture_open(&d->store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_is_in_it_but_keys),
        TEST(one_at_a_time),
        TEST(when_it_was_made_is_known),
        TEST(what_cannot_be_read_ends_it),
        TEST(what_a_killed_one_left_is_swept),
        TEST(a_copy_is_taken_over_with_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
