/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/import: models of libvirt's cpu_map and names of QEMU's `-cpu help`. */
#include "cpuid_help.h"

#include <errno.h>

#include "xen/cpuid/import.h"

static struct xd_files *folder;

static int setup(void **state)
{
    load_db(state);
    folder = xd_files_new(NULL);
    return 0;
}

static int teardown(void **state)
{
    xd_files_free(folder);
    return free_db(state);
}

static void put(const char *file, const char *text)
{
    char path[64];

    snprintf(path, sizeof(path), "map/%s", file);
    assert_int_equal(xd_files_put(folder, path, text, strlen(text), NULL), 0);
}

/* cpu_map with that file besides one that is right: what is said of it. */
static void is_wrong(const char *file, const char *text, const char *sentence)
{
    struct xd_cpuid_import found;
    struct xd_err err = XD_ERR_INIT;
    size_t before = xd_cpuid_models(db);

    put("x86_Aone.xml", "<cpus><model name='Aone'><feature name='fpu'/></model></cpus>");
    put(file, text);
    assert_int_equal(xd_cpuid_import_libvirt(db, folder, "map", &found, &err), -EINVAL);
    assert_string_equal(err.text, sentence);
    assert_int_equal(xd_cpuid_models(db), before); /* nothing of it was added */
    assert_null(xd_cpuid_model(db, XD_CPUID_ANY, "Aone", 4));
}

static void a_model_is_added(void **state)
{
    struct xd_cpuid_import found;
    const struct xd_cpuid_model *m;

    put("x86_features.xml", "<cpus><feature name='fpu'/></cpus>");
    put("x86_vendors.xml", "<cpus/>");
    put("ppc64_POWER9.xml", "not ours");
    put("x86_Hill.xml", "<cpus><model name='Hill'>"
                        "<decode host='on' guest='on'/>"
                        "<signature family='6' model='207' stepping='5-7'/>"
                        "<vendor name='Intel'/>"
                        "<feature name='fpu'/><feature name='sse2'/><feature name='vmx-ept'/>"
                        "<feature name='teleport'/></model></cpus>");
    put("x86_Hill-Next.xml", "<cpus><model name='Hill-Next'><model name='Hill'/>"
                             "<feature name='avx'/></model></cpus>");
    assert_int_equal(xd_cpuid_import_libvirt(db, folder, "map", &found, NULL), 0);
    assert_int_equal(found.models, 2);
    assert_int_equal(found.added, 2);
    m = xd_cpuid_model(db, XD_CPUID_ANY, "hill", 4);
    assert_non_null(m);
    assert_string_equal(names_of(&m->fs), "fpu sse2");
    assert_string_equal(m->note, "without teleport, which has no name here");
    assert_string_equal(m->source, "libvirt's cpu_map");
    assert_int_equal(m->vendor, XD_VENDOR_INTEL);
    assert_int_equal(m->family, 6);
    assert_int_equal(m->model, 207);
    assert_int_equal(m->stepping, 5);
    m = xd_cpuid_model(db, XD_CPUID_LIBVIRT, "Hill-Next", 9);
    assert_non_null(m);
    assert_string_equal(names_of(&m->fs), "fpu sse2 avx");
}

static void what_is_known_stays(void **state)
{
    const struct xd_cpuid_model before = *xd_cpuid_model(db, XD_CPUID_ANY, "Haswell", 7);
    struct xd_cpuid_import found;

    put("x86_Haswell.xml", "<cpus><model name='Haswell'><feature name='fpu'/></model></cpus>");
    assert_int_equal(xd_cpuid_import_libvirt(db, folder, "map", &found, NULL), 0);
    assert_int_equal(found.models, 1);
    assert_int_equal(found.added, 0);
    assert_memory_equal(&xd_cpuid_model(db, XD_CPUID_ANY, "Haswell", 7)->fs, &before.fs,
                        sizeof(before.fs));
}

static void bad_files(void **state)
{
    is_wrong("x86_B.xml", "<cpus><model name='B'>",
             "x86_B.xml:1:23: Premature end of data in tag model line 1");
}

static void of_another_name(void **state)
{
    is_wrong("x86_B.xml", "<cpus>\n <model name='C'/></cpus>",
             "x86_B.xml:2:2: the model C stands in the file of B");
}

static void without_a_model(void **state)
{
    is_wrong("x86_B.xml", "<cpus/>", "x86_B.xml:1:1: it defines no <model>");
}

static void a_hostile_name(void **state)
{
    is_wrong("x86_B.xml", "<cpus><model name='B'><model name='../../etc/passwd'/></model></cpus>",
             "x86_B.xml:1:23: <model> needs a name of 1 to 39 letters, digits, '.', '_' and '-'");
}

static void made_from_itself(void **state)
{
    is_wrong("x86_B.xml", "<cpus><model name='B'><model name='B'/></model></cpus>",
             "x86_B.xml:1:23: more than 8 models, each made from the next");
}

static void made_from_nothing(void **state)
{
    struct xd_cpuid_import found;
    struct xd_err err = XD_ERR_INIT;

    put("x86_B.xml", "<cpus><model name='B'><model name='C'/></model></cpus>");
    assert_int_equal(xd_cpuid_import_libvirt(db, folder, "map", &found, &err), -EINVAL);
    assert_non_null(strstr(err.text, "x86_C.xml"));
}

static void another_folder(void **state)
{
    struct xd_cpuid_import found;
    struct xd_err err = XD_ERR_INIT;

    put("readme", "");
    assert_int_equal(xd_cpuid_import_libvirt(db, folder, "map", &found, &err), -ENOENT);
    assert_string_equal(err.text, "there is no file x86_NAME.xml, as libvirt's cpu_map has");
}

/* --- QEMU --- */

static int import_help(const char *text, struct xd_cpuid_import *found, struct xd_err *err)
{
    return xd_cpuid_import_qemu(db, "help", text, strlen(text), found, err);
}

static void names_of_qemu(void **state)
{
    const struct xd_cpuid_model *m;
    struct xd_cpuid_import found;

    assert_int_equal(import_help("Available CPUs:\n"
                                 "x86 Haswell-Refresh       (alias of Haswell-v4)\n"
                                 "x86 Haswell               (alias configured by machine type)\n"
                                 "x86 Toaster-v1            A toaster\n"
                                 "x86 max                   Enables all features\n"
                                 "\n"
                                 "Recognized CPUID flags:\n"
                                 "  fpu sse2\n"
                                 "  teleport\n",
                                 &found, NULL),
                     0);
    assert_int_equal(found.models, 3);
    assert_int_equal(found.added, 1);
    assert_int_equal(found.n_left, 1);
    assert_string_equal(found.left[0], "Toaster-v1");
    assert_int_equal(found.flags, 3);
    assert_int_equal(found.unknown_flags, 1);
    m = xd_cpuid_model(db, XD_CPUID_QEMU, "Haswell-Refresh", 15);
    assert_non_null(m);
    assert_string_equal(m->name, "Haswell-v4");
}

static void without_its_x86(void **state)
{
    struct xd_cpuid_import found;

    assert_int_equal(import_help("Available CPUs:\n  Haswell-X  (alias of Haswell)", &found, NULL),
                     0);
    assert_int_equal(found.added, 1);
}

static void no_help_of_qemu(void **state)
{
    struct xd_cpuid_import found;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(import_help("hello\n", &found, &err), -EINVAL);
    assert_string_equal(err.text, "help:1:1: wanted what `qemu-system-x86_64 -cpu help` prints, "
                                  "found no model behind a line \"Available CPUs:\"");
}

static void hostile_help(void **state)
{
    struct xd_cpuid_import found;

    assert_int_equal(
        import_help("Available CPUs:\nx86 \033[2J (alias of Haswell)\nx86 ok-v1 x\n", &found, NULL),
        0);
    assert_int_equal(found.added, 0);
    assert_int_equal(found.n_left, 1);
    assert_string_equal(found.left[0], "ok-v1");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_model_is_added), T(what_is_known_stays), T(bad_files),        T(of_another_name),
        T(without_a_model),  T(a_hostile_name),      T(made_from_itself), T(made_from_nothing),
        T(another_folder),   T(names_of_qemu),       T(without_its_x86),  T(no_help_of_qemu),
        T(hostile_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
