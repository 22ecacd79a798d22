/* SPDX-License-Identifier: GPL-2.0-or-later */
/* features.yaml and models.yaml against those who know: Xen's public header, libxenguest, libvirt's
 * cpu_map and QEMU, each where it is installed (else its test is skipped). XENDECK_CPU_MAP names
 * another folder than libvirt's own. */
#include "cpuid_help.h"

#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/xml.h"

#define HEADER "/usr/include/xen/arch-x86/cpufeatureset.h"
#define QEMU   "qemu-system-x86_64"

/* --- Xen's header --- */

/* One line of it: XEN_CPUFEATURE(SSE3, 1*32+ 0) followed by a comment whose first word is marks. */
static bool header_line(const char *line, char name[64], int *b, char marks[16])
{
    int word, low, n = 0;

    if (sscanf(line, "XEN_CPUFEATURE(%63[A-Z0-9_], %d*32+ %d) /*%n", name, &word, &low, &n) != 3 ||
        !n)
        return false;
    size_t len = strcspn(line + n, " ");
    assert_true(len < 16);
    memcpy(marks, line + n, len);
    marks[len] = '\0';
    *b = word * 32 + low;
    return true;
}

static void xens_header_says_the_same(void **state)
{
    size_t len;
    char *text = read_whole(HEADER, &len), *save = NULL, name[64], marks[16];
    struct xd_featureset seen = {{0}};
    const struct xd_cpuid_text ours = xd_cpuid_own_features(), none = {0};
    struct xd_cpuid_db
        *own; /* without the header's words, which would be compared with themselves */
    int b;

    assert_int_equal(xd_cpuid_db_parse(&ours, &none, &none, &own, NULL), 0);
    if (!text) {
        xd_cpuid_db_free(own);
        print_message("libxen-dev is not installed: skipped\n");
        skip();
    }
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (!header_line(line, name, &b, marks))
            continue;
        const struct xd_cpuid_feature *f = xd_cpuid_feature(own, b);
        if (!f)
            fail_msg("%s (bit %d) is not in features.yaml", name, b);
        if (strchr(marks, '|')) /* later headers say so: what pools have to accumulate */
            assert_int_equal(f->over, XD_CPUID_OVER_ANY);
        if (!f->xen && f->newer) { /* the header of a Xen after 4.17 */
            assert_string_equal(f->newer, name);
            continue;
        }
        if (!f->xen || strcmp(f->xen, name) != 0 || strcmp(f->marks, marks) != 0)
            fail_msg("%s is \"%s %s\" in the header, \"%s %s\" in features.yaml", f->name, name,
                     marks, f->xen ? f->xen : "", f->marks);
        /* libxl makes its names so: xen/tools/gen-cpuid.py. */
        for (char *p = name; *p; p++)
            *p = *p == '_' ? '-' : (char)tolower(*p);
        assert_string_equal(f->name, name);
        xd_fs_add(&seen, b);
    }
    assert_true(xd_fs_count(&seen) > 200);
    assert_true(xd_fs_equal(&seen, xd_cpuid_of_xen(own)));
    xd_cpuid_db_free(own);
    free(text);
}

/* What Xen takes away with a feature. The function is exported by libxenguest, and declared in a
 * header of Xen's source that is not installed (xen/lib/x86/cpu-policy.h). */
static void libxenguest_drops_the_same(void **state)
{
    const uint32_t *(*deep_deps)(uint32_t) = NULL;
    void *lib = dlopen("libxenguest.so", RTLD_NOW);
    int compared = 0;

    if (lib)
        *(void **)&deep_deps = dlsym(lib, "x86_cpu_policy_lookup_deep_deps");
    if (!deep_deps) {
        print_message("libxenguest is not installed: skipped\n");
        skip();
    }
    const struct xd_featureset *all = xd_cpuid_of_xen(db);
    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1)) {
        const uint32_t *theirs = deep_deps((uint32_t)b);
        struct xd_featureset t = {{0}}, ours = xd_cpuid_feature(db, b)->dependents;

        for (int w = 0; theirs && w < 19; w++)
            t.w[w] = theirs[w];
        xd_fs_and(&t, all); /* ARCH_CAPS has all 64 bits of its register there */
        xd_fs_and(&ours, all);
        if (!xd_fs_equal(&t, &ours)) {
            print_error("libxenguest: %s\n", names_of(&t));
            fail_msg("%s: features.yaml: %s", xd_cpuid_feature(db, b)->name, names_of(&ours));
        }
        compared += theirs != NULL;
    }
    assert_true(compared > 20);
}

/* --- libvirt --- */

static struct xd_arena arena;

static const char *cpu_map(void)
{
    const char *folder = getenv("XENDECK_CPU_MAP");

    return folder ? folder : "/usr/share/libvirt/cpu_map";
}

static const struct xd_xml *cpu_map_file(const char *name)
{
    char *path = xd_arena_printf(&arena, "%s/%s", cpu_map(), name);
    struct xd_err err = XD_ERR_INIT;
    struct xd_xml *x;
    size_t len;
    char *text = read_whole(path, &len);

    if (!text)
        return NULL;
    if (xd_xml_parse(name, text, len, &arena, &x, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
    free(text);
    return x;
}

static const struct xd_xml *need_features_xml(void)
{
    const struct xd_xml *x = cpu_map_file("x86_features.xml");

    if (!x) {
        print_message("libvirt's cpu_map is not installed: skipped\n");
        skip();
    }
    return x;
}

static uint32_t number_of(const struct xd_xml *e, const char *name)
{
    const char *v = xd_xml_attr(e, name);

    return v ? (uint32_t)strtoul(v, NULL, 0) : 0;
}

/* Which bit a <feature> is; -1: of a word that we don't have. */
static int libvirt_bit(const struct xd_xml *feature)
{
    static const char *const regs[] = {"eax", "ebx", "ecx", "edx"};
    const struct xd_xml *c = xd_xml_child(feature, "cpuid"), *m = xd_xml_child(feature, "msr");

    for (int r = 0; c && r < 4; r++) {
        uint32_t v = number_of(c, regs[r]);
        int w =
            xd_cpuid_word_of(number_of(c, "eax_in"), number_of(c, "ecx_in"), (enum xd_cpuid_reg)r);

        if (v)
            return w < 0 ? -1 : w * 32 + __builtin_ctz(v);
    }
    if (m) {
        bool high = number_of(m, "edx") != 0;
        int w = xd_cpuid_word_of_msr(number_of(m, "index"), high);

        return w < 0 ? -1 : w * 32 + __builtin_ctz(number_of(m, high ? "edx" : "eax"));
    }
    return -1;
}

static void libvirts_names_are_right(void **state)
{
    const struct xd_xml *x = need_features_xml();
    int compared = 0;

    for (const struct xd_xml *e = x->first; e; e = e->next) {
        int b = strcmp(e->name, "feature") == 0 ? libvirt_bit(e) : -1;

        if (b < 0)
            continue;
        const char *name = xd_xml_attr(e, "name");
        const struct xd_cpuid_feature *f = xd_cpuid_feature(db, b);
        /* Two bits have two names there: cmt/cqm's bit of leaf 7, and mbm's. */
        if (!f || !f->names[XD_CPUID_LIBVIRT] || strcmp(f->names[XD_CPUID_LIBVIRT], name) != 0)
            fail_msg("libvirt's %s is bit %d, which features.yaml calls %s", name, b,
                     f && f->names[XD_CPUID_LIBVIRT] ? f->names[XD_CPUID_LIBVIRT] : "nothing");
        compared++;
    }
    assert_true(compared > 150);
}

/* Adds what libvirt's model of that name has; details of nested VMX are in none of our words. */
static void libvirt_model(const char *name, struct xd_featureset *out)
{
    const struct xd_xml *x = cpu_map_file(xd_arena_printf(&arena, "x86_%s.xml", name));
    const struct xd_xml *m = x ? xd_xml_child(x, "model") : NULL;

    if (!m)
        fail_msg("libvirt has no model %s", name);
    for (const struct xd_xml *e = m->first; e; e = e->next) {
        const char *n = xd_xml_attr(e, "name");

        if (strcmp(e->name, "model") == 0) {
            libvirt_model(n, out);
        } else if (strcmp(e->name, "feature") == 0 && strncmp(n, "vmx-", 4) != 0) {
            const struct xd_cpuid_feature *f = xd_cpuid_find(db, XD_CPUID_LIBVIRT, n, strlen(n));
            if (!f)
                fail_msg("%s: there is no feature %s", name, n);
            xd_fs_add(out, f->bit);
        }
    }
}

static void libvirts_models_differ_as_said(void **state)
{
    int compared = 0, different = 0;

    need_features_xml();
    for (size_t i = 0; i < xd_cpuid_models(db); i++) {
        const struct xd_cpuid_model *m = xd_cpuid_model_at(db, i);
        struct xd_featureset theirs = {{0}}, ours = m->fs;

        if (!m->names[XD_CPUID_LIBVIRT])
            continue;
        libvirt_model(m->names[XD_CPUID_LIBVIRT], &theirs);
        xd_fs_or(&ours, &m->libvirt_adds);
        xd_fs_minus(&ours, &m->libvirt_lacks);
        if (!xd_fs_equal(&ours, &theirs)) {
            print_error("libvirt: %s\n", names_of(&theirs));
            fail_msg("%s: models.yaml: %s", m->name, names_of(&ours));
        }
        if (!xd_fs_equal(&m->fs, &theirs)) {
            assert_non_null(m->libvirt_why);
            different++;
        }
        compared++;
    }
    print_message("%d models of libvirt, %d of them differ for the reasons given\n", compared,
                  different);
    assert_true(compared > 40);
}

/* Models that we leave out. */
static bool left_out(const char *name)
{
    static const char *const old[] = {
        "486",     "pentium", "athlon", "coreduo",        "n270",
        "cpu64",   "kvm32",   "qemu32", "Icelake-Client", /* never sold in servers */
        "YongFeng"};

    for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
        if (strncmp(name, old[i], strlen(old[i])) == 0)
            return true;
    return false;
}

static void all_of_libvirts_models_are_known(void **state)
{
    DIR *d = opendir(cpu_map());
    char name[64];
    int n = 0;

    if (!d) {
        print_message("libvirt's cpu_map is not installed: skipped\n");
        skip();
    }
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (sscanf(e->d_name, "x86_%63[^.].xml", name) != 1 || strcmp(name, "features") == 0 ||
            strcmp(name, "vendors") == 0 || left_out(name))
            continue;
        if (!xd_cpuid_model(db, XD_CPUID_ANY, name, strlen(name)))
            fail_msg("libvirt's model %s is unknown", name);
        n++;
    }
    closedir(d);
    assert_true(n > 40);
}

/* --- QEMU --- */

struct qemu {
    pid_t pid;
    FILE *in, *out;
};

/* QEMU without a machine, that answers questions on its standard input and output. */
static void qemu_start(struct qemu *q)
{
    int to[2], from[2];

    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    q->pid = fork();
    if (q->pid == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[1]);
        close(from[0]);
        execlp(QEMU, QEMU, "-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp",
               "stdio", (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    q->in = fdopen(to[1], "w");
    q->out = fdopen(from[0], "r");
    assert_true(q->pid > 0 && q->in && q->out);
}

/* The "return" of a command; NULL: QEMU is not there, or says no. To be put. */
static struct json_object *qemu_ask(struct qemu *q, const char *command)
{
    static char line[1 << 20];
    struct json_object *reply, *value = NULL;

    fprintf(q->in, "%s\n", command);
    fflush(q->in);
    while (fgets(line, sizeof(line), q->out)) {
        reply = json_tokener_parse(line);
        if (json_object_object_get_ex(reply, "return", &value)) {
            json_object_get(value);
            json_object_put(reply);
            return value;
        }
        bool no = json_object_object_get_ex(reply, "error", NULL);
        json_object_put(reply);
        if (no)
            return NULL;
    }
    return NULL;
}

static void qemu_end(struct qemu *q)
{
    fputs("{\"execute\":\"quit\"}\n", q->in);
    fclose(q->in);
    fclose(q->out);
    waitpid(q->pid, NULL, 0);
}

/* What QEMU says that its model has, of what it has names for (*named). Under emulation QEMU takes
 * vme away, and it adds hypervisor to each. */
static bool qemu_model(struct qemu *q, const char *name, struct xd_featureset *has,
                       struct xd_featureset *named)
{
    char command[256];
    struct json_object *reply, *v, *props;
    const struct xd_featureset *all = xd_cpuid_named(db);

    snprintf(command, sizeof(command),
             "{\"execute\":\"query-cpu-model-expansion\",\"arguments\":{\"type\":\"full\","
             "\"model\":{\"name\":\"%s\"}}}",
             name);
    reply = qemu_ask(q, command);
    if (!reply)
        return false;
    assert_true(json_object_object_get_ex(reply, "model", &v));
    assert_true(json_object_object_get_ex(v, "props", &props));
    memset(has, 0, sizeof(*has));
    memset(named, 0, sizeof(*named));
    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1)) {
        const char *n = xd_cpuid_feature(db, b)->names[XD_CPUID_QEMU];

        if (!n || !json_object_object_get_ex(props, n, &v) ||
            !json_object_is_type(v, json_type_boolean))
            continue;
        xd_fs_add(named, b);
        if (json_object_get_boolean(v))
            xd_fs_add(has, b);
    }
    json_object_put(reply);
    xd_fs_del(named, bit("vme"));
    xd_fs_del(named, bit("hypervisor"));
    return true;
}

static void qemus_models_are_ours(void **state)
{
    struct xd_featureset theirs, named;
    struct json_object *list, *v;
    struct qemu q;
    int compared = 0;

    qemu_start(&q);
    list = qemu_ask(&q, "{\"execute\":\"qmp_capabilities\"}");
    if (!list) {
        print_message("QEMU is not installed: skipped\n");
        qemu_end(&q);
        skip();
    }
    json_object_put(list);
    list = qemu_ask(&q, "{\"execute\":\"query-cpu-definitions\"}");
    assert_non_null(list);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *def = json_object_array_get_idx(list, i), *alias;

        assert_true(json_object_object_get_ex(def, "name", &v));
        const char *name = json_object_get_string(v);
        if (left_out(name) || strcmp(name, "host") == 0 || strcmp(name, "max") == 0 ||
            strcmp(name, "base") == 0)
            continue;
        const struct xd_cpuid_model *m = xd_cpuid_model(db, XD_CPUID_QEMU, name, strlen(name));
        if (!m)
            fail_msg("QEMU's model %s is unknown", name);
        /* Which version a name without one means depends on the machine's type. */
        if (json_object_object_get_ex(def, "alias-of", &alias) && !strstr(name, "-v"))
            continue;
        if (!strstr(name, "-v") || !qemu_model(&q, name, &theirs, &named))
            continue;
        struct xd_featureset ours = m->fs;
        xd_fs_and(&ours, &named);
        xd_fs_and(&theirs, &named);
        if (!xd_fs_equal(&ours, &theirs)) {
            print_error("QEMU: %s\n", names_of(&theirs));
            fail_msg("%s: models.yaml: %s", m->name, names_of(&ours));
        }
        compared++;
    }
    json_object_put(list);
    qemu_end(&q);
    print_message("%d models of QEMU are the same\n", compared);
    assert_true(compared > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xens_header_says_the_same),
        cmocka_unit_test(libxenguest_drops_the_same),
        cmocka_unit_test(libvirts_names_are_right),
        cmocka_unit_test(libvirts_models_differ_as_said),
        cmocka_unit_test(all_of_libvirts_models_are_known),
        cmocka_unit_test(qemus_models_are_ours),
    };

    signal(SIGPIPE, SIG_IGN);
    int rc = cmocka_run_group_tests(tests, load_db, free_db);
    xd_arena_done(&arena);
    return rc;
}
