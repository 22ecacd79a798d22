/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in a tar archive: what is written reads back the same, archives made by others are
 * understood, and hostile ones do no harm. */
#include "capture_help.h"

#include <errno.h>
#include <sys/stat.h>

#include "capture/bundle.h"

#include <archive.h>
#include <archive_entry.h>

static struct tmp tmp;

static int setup(void **state)
{
    tmp_make(&tmp);
    return 0;
}

static int teardown(void **state)
{
    tmp_remove(&tmp);
    return 0;
}

/* --- archives as others make them --- */

static struct archive *tar;

static void tar_begin(void)
{
    tar = archive_write_new();
    archive_write_set_format_pax_restricted(tar);
    archive_write_add_filter_zstd(tar);
    assert_int_equal(archive_write_open_filename(tar, tmp.path), ARCHIVE_OK);
}

static void tar_add(int type, const char *path, const char *text, const char *hardlink)
{
    struct archive_entry *e = archive_entry_new();

    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, (unsigned)type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, type == AE_IFREG && text ? (la_int64_t)strlen(text) : 0);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(e, text);
    if (hardlink)
        archive_entry_set_hardlink(e, hardlink);
    assert_int_equal(archive_write_header(tar, e), ARCHIVE_OK);
    if (type == AE_IFREG && text)
        archive_write_data(tar, text, strlen(text));
    archive_entry_free(e);
}

static void tar_file(const char *path, const char *text)
{
    tar_add(AE_IFREG, path, text, NULL);
}

static void tar_end(void)
{
    assert_int_equal(archive_write_close(tar), ARCHIVE_OK);
    archive_write_free(tar);
}

static struct xd_files *files;
static struct xd_bundle_found found;

static int open_it(struct xd_err *err)
{
    files = NULL;
    return xd_bundle_open(tmp.path, &files, &found, err);
}

static void assert_text(const char *path, const char *expected)
{
    struct xd_arena a = XD_ARENA_INIT;

    assert_string_equal(xd_files_text(files, &a, "%s", path), expected);
    xd_arena_done(&a);
}

/* --- our own recordings --- */

static const struct xd_bundle_about about = {"live", INT64_C(1772366400) * XD_NS_PER_S, false};

static struct xd_bundle_writer *writer(void)
{
    struct xd_bundle_writer *w;
    struct xd_err err = XD_ERR_INIT;

    if (xd_bundle_create(tmp.path, false, &about, &w, &err))
        fail_msg("%s", err.text);
    return w;
}

static void test_round_trip(void **state)
{
    struct xd_bundle_writer *w = writer();
    struct xd_arena a = XD_ARENA_INIT;
    char bytes[300], *back, **names;
    size_t size, n;

    memset(bytes, 0xa5, sizeof(bytes));
    assert_int_equal(xd_bundle_add(w, 'f', "sys/devices/0/config", bytes, sizeof(bytes), NULL), 0);
    assert_int_equal(xd_bundle_add(w, 'f', "sys/devices/0/vendor", "0x8086\n", 7, NULL), 0);
    assert_int_equal(xd_bundle_add(w, 'l', "sys/bus/0", "../devices/0", 12, NULL), 0);
    assert_int_equal(xd_bundle_add(w, 'd', "sys/bus/slots", NULL, 0, NULL), 0);
    /* Read twice, recorded once: as it was the first time. */
    assert_int_equal(xd_bundle_add(w, 'f', "sys/devices/0/vendor", "0xffff\n", 7, NULL), 0);
    assert_int_equal(xd_bundle_entries(w), 5);
    assert_int_equal(xd_bundle_close(w, NULL), 0);

    assert_int_equal(open_it(NULL), 0);
    assert_int_equal(found.entries, 4); /* folders aren't counted */
    assert_int_equal(found.first.code, 0);
    assert_text("sys/bus/0/vendor", "0x8086");
    assert_int_equal(xd_files_read(files, "sys/bus/0/config", 4096, &a, &back, &size, NULL), 0);
    assert_int_equal(size, sizeof(bytes));
    assert_memory_equal(back, bytes, size);
    assert_int_equal(xd_files_list(files, "sys/bus/slots", &a, &names, &n, NULL), 0);
    assert_int_equal(n, 0);
    assert_text(XD_BUNDLE_ABOUT, "{\"xendeck-recording\":1,\"host\":\"live\","
                                 "\"made\":\"2026-03-01T12:00:00Z\",\"serials\":false}");
    xd_files_free(files);
    xd_arena_done(&a);
}

static void test_same_bytes_for_the_same_machine(void **state)
{
    struct xd_buf first = XD_BUF_INIT, second = XD_BUF_INIT;

    for (int i = 0; i < 2; i++) {
        struct xd_bundle_writer *w = writer();

        xd_bundle_add(w, 'f', "proc/cpuinfo", "processor\t: 0\n", 14, NULL);
        assert_int_equal(xd_bundle_close(w, NULL), 0);
        get_file(tmp.path, i ? &second : &first);
        unlink(tmp.path);
    }
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.s, second.s, first.len);
    xd_buf_done(&first);
    xd_buf_done(&second);
}

static void test_what_is_there_is_not_overwritten(void **state)
{
    struct xd_bundle_writer *w;
    struct xd_err err = XD_ERR_INIT;

    put_file(tmp.path, "mine", 4);
    assert_int_equal(xd_bundle_create(tmp.path, false, &about, &w, &err), -EEXIST);
    assert_null(w);
    assert_int_equal(xd_bundle_create(tmp.path, true, &about, &w, &err), 0);
    assert_int_equal(xd_bundle_close(w, &err), 0);
}

static void test_what_cannot_be_whole_is_removed(void **state)
{
    struct xd_bundle_writer *w = writer();
    char path[XD_BUNDLE_PATH_MAX + 8];
    struct xd_err err = XD_ERR_INIT;

    memset(path, 'a', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(xd_bundle_add(w, 'f', path, "", 0, &err), -EFBIG);
    assert_int_equal(xd_bundle_add(w, 'f', "sys/a", "", 0, &err), -EFBIG);
    assert_int_equal(xd_bundle_close(w, &err), -EFBIG);
    assert_int_equal(access(tmp.path, F_OK), -1);
}

/* --- others' --- */

static void test_folder_above_and_dots(void **state)
{
    tar_begin();
    tar_file("./host1/README", "about this machine");
    tar_file("./host1//sys/kernel/a", "1\n");
    tar_add(AE_IFDIR, "./host1/proc", NULL, NULL);
    tar_file("./host1/proc/cpuinfo", "processor\t: 0\n");
    tar_file("./host2/sys/kernel/a", "2\n"); /* another machine: not of this one */
    tar_end();
    assert_int_equal(open_it(NULL), 0);
    assert_text("sys/kernel/a", "1");
    assert_text("proc/cpuinfo", "processor : 0"); /* text is made safe */
    assert_int_equal(found.entries, 2);
    assert_int_equal(found.left_out, 0);
    xd_files_free(files);
}

static void test_absolute_paths(void **state)
{
    tar_begin();
    tar_file("/sys/kernel/a", "1\n");
    tar_end();
    assert_int_equal(open_it(NULL), 0);
    assert_text("sys/kernel/a", "1");
    xd_files_free(files);
}

static void test_documents(void **state)
{
    static const char xml[] = "<?xml version=\"1.0\"?>\n<topology version=\"2.0\"/>\n";
    static const char lspci[] = "00:00.0 Host bridge: A bridge\n00: 86 80 c0 29\n";

    put_file(tmp.path, xml, strlen(xml));
    assert_int_equal(open_it(NULL), 0);
    assert_true(xd_files_is(files, "xendeck/hwloc.xml"));
    xd_files_free(files);
    put_file(tmp.path, lspci, strlen(lspci));
    assert_int_equal(open_it(NULL), 0);
    assert_true(xd_files_is(files, "xendeck/lspci.txt"));
    xd_files_free(files);
}

static void test_folder_on_disk(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_bundle_open("/", &files, &found, &err), 0);
    assert_true(xd_files_is(files, "proc/self/stat"));
    xd_files_free(files);
    assert_int_equal(xd_bundle_open(tmp.dir, &files, &found, &err), -ENODATA);
    assert_non_null(strstr(err.text, "neither sys nor proc"));
    put_file(tmp.path, "", 0); /* for the teardown */
}

/* --- hostile --- */

static void test_nothing_in_it(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    put_file(tmp.path, "", 0);
    assert_int_equal(open_it(&err), -ENODATA);
    put_file(tmp.path, "not an archive at all", 21);
    assert_int_equal(open_it(&err), -ENODATA);
    assert_true(xd_str_starts(err.text, tmp.path));
    tar_begin();
    tar_file("home/me/diary", "dear diary");
    tar_end();
    assert_int_equal(open_it(&err), -ENODATA);
    assert_non_null(strstr(err.text, "sys/ and proc/"));
    assert_null(files);
    unlink(tmp.path);
    assert_int_equal(open_it(&err), -ENOENT);
}

static void test_cut(void **state)
{
    static const char *const names[] = {"sys/a", "sys/b", "sys/c", NULL};
    struct xd_buf bytes = XD_BUF_INIT;
    static char much[300000]; /* an unpacker gives whole blocks or none */
    uint64_t seed = 1;

    tar_begin();
    for (const char *const *name = names; *name; name++) {
        for (size_t i = 0; i < sizeof(much) - 1; i++)
            much[i] = (char)('a' + rnd(&seed) % 26);
        tar_file(*name, much);
    }
    tar_end();
    get_file(tmp.path, &bytes);
    put_file(tmp.path, bytes.s, bytes.len / 2);
    xd_buf_done(&bytes);
    assert_int_equal(open_it(NULL), 0);
    assert_true(xd_files_is(files, "sys/a"));
    assert_false(xd_files_is(files, "sys/c"));
    assert_int_equal(found.first.code, -EILSEQ);
    assert_non_null(strstr(found.first.text, "entry 2 at byte "));
    xd_files_free(files);
}

static void test_out_of_the_tree(void **state)
{
    tar_begin();
    tar_file("sys/good", "yes\n");
    tar_file("sys/../../etc/passwd", "root::0:0\n");
    tar_file("../sys/b", "no\n");
    tar_add(AE_IFLNK, "sys/up", "../../../../../../etc", NULL);
    tar_add(AE_IFLNK, "sys/etc", "/etc", NULL);
    tar_file("sys/etc/hosts", "through a link\n");
    tar_add(AE_IFREG, "sys/second", NULL, "sys/good");
    tar_add(AE_IFIFO, "sys/pipe", NULL, NULL);
    tar_add(AE_IFCHR, "sys/zero", NULL, NULL);
    tar_end();
    assert_int_equal(open_it(NULL), 0);
    assert_int_equal(found.entries, 3);
    assert_int_equal(found.left_out, 6);
    assert_non_null(strstr(found.first.text, "leads upwards"));
    assert_text("sys/good", "yes");
    assert_false(xd_files_is(files, "sys/up/passwd"));
    assert_false(xd_files_is(files, "sys/etc/hosts"));
    assert_false(xd_files_is(files, "etc/passwd"));
    assert_false(xd_files_is(files, "sys/pipe"));
    xd_files_free(files);
}

static void test_deep_and_long_paths(void **state)
{
    char deep[2 * XD_BUNDLE_DEPTH_MAX + 8] = "sys", longer[XD_BUNDLE_PATH_MAX + 64] = "sys/";

    for (int i = 0; i < XD_BUNDLE_DEPTH_MAX; i++)
        strcat(deep, "/d");
    memset(longer + 4, 'x', XD_BUNDLE_PATH_MAX);
    tar_begin();
    tar_file("sys/good", "yes\n");
    tar_file(deep, "no\n");
    tar_file(longer, "no\n");
    tar_end();
    assert_int_equal(open_it(NULL), 0);
    assert_int_equal(found.entries, 1);
    assert_int_equal(found.left_out, 2);
    xd_files_free(files);
}

/* A file that unpacks to more than anybody has: some hundred KiB in the archive. */
static void test_bomb(void **state)
{
    struct archive_entry *e = archive_entry_new();
    static char zeros[1024 * 1024];

    tar_begin();
    tar_file("sys/good", "yes\n");
    for (int i = 0; i < 3; i++) {
        archive_entry_clear(e);
        archive_entry_set_pathname(e, i == 2 ? "elsewhere" : i ? "sys/b" : "sys/a");
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_size(e, (la_int64_t)256 * sizeof(zeros));
        assert_int_equal(archive_write_header(tar, e), ARCHIVE_OK);
        for (int k = 0; k < 256; k++)
            archive_write_data(tar, zeros, sizeof(zeros));
    }
    archive_entry_free(e);
    tar_file("sys/behind", "never seen\n");
    tar_end();
    assert_int_equal(open_it(NULL), 0);
    assert_text("sys/good", "yes");
    assert_false(xd_files_is(files, "sys/a"));
    assert_false(xd_files_is(files, "sys/behind"));
    assert_non_null(strstr(found.first.text, "too large"));
    xd_files_free(files);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_same_bytes_for_the_same_machine),
        TEST(test_what_is_there_is_not_overwritten),
        TEST(test_what_cannot_be_whole_is_removed),
        TEST(test_folder_above_and_dots),
        TEST(test_absolute_paths),
        TEST(test_documents),
        TEST(test_folder_on_disk),
        TEST(test_nothing_in_it),
        TEST(test_cut),
        TEST(test_out_of_the_tree),
        TEST(test_deep_and_long_paths),
        TEST(test_bomb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
