/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck topo`: the machine as a drawing, a tree, a picture, or for other programs. */
#include "cmd/cli.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "model/tables_topology.h"

#define TEXT          "text" /* the drawing; the other formats are core/topo's */
#define WIDTH_LEAST   20
#define WIDTH_MOST    4000
#define HEIGHT_MOST   100000
#define WIDTH_DEFAULT 80 /* where nobody looks at a terminal */

/* What only some formats have: of the others it would change nothing, without a word. */
static const struct {
    const char *option;
    const char *formats[3];
} only[] = {
    {"width", {TEXT, "tree"}},     {"height", {TEXT}}, {"overlay", {TEXT}}, {"domain", {TEXT}},
    {"unfolded", {"tree", "dot"}},
};

static bool is_format(const char *name)
{
    for (size_t i = 0; xd_topo_formats[i].name; i++)
        if (strcmp(xd_topo_formats[i].name, name) == 0)
            return true;
    return strcmp(name, TEXT) == 0;
}

static int unknown_format(const char *name, struct xd_err *err)
{
    struct xd_buf names = XD_BUF_INIT;

    for (size_t i = 0; xd_topo_formats[i].name; i++)
        xd_buf_printf(&names, ", %s", xd_topo_formats[i].name);
    xd_err_set(err, -EINVAL, "--output: there is no format \"%s\": there are " TEXT "%s", name,
               xd_buf_str(&names));
    xd_buf_done(&names);
    return -EINVAL;
}

static int read_format(const struct xd_cli *cli, const char **format, struct xd_err *err)
{
    const char *given = xd_cli_option(cli, "output");

    *format = given ? given : TEXT;
    if (!is_format(*format))
        return unknown_format(*format, err);
    for (size_t i = 0; i < sizeof(only) / sizeof(*only); i++) {
        const char *const *f = only[i].formats;

        if (!xd_cli_option(cli, only[i].option))
            continue;
        while (*f && strcmp(*f, *format) != 0)
            f++;
        if (!*f)
            return xd_err_set(err, -EINVAL, "--%s is nothing to -o %s: it is for %s%s%s",
                              only[i].option, *format, only[i].formats[0],
                              only[i].formats[1] ? " and " : "",
                              only[i].formats[1] ? only[i].formats[1] : "");
    }
    return 0;
}

/* Parts of the machine by the names of the drawings. */
static const struct {
    const char *name;
    unsigned parts;
} views[] = {
    {"all", XD_TOPO_PART_ALL},
    {"cpu", XD_TOPO_PART_CPU},
    {"memory", XD_TOPO_PART_MEMORY},
    {"pci", XD_TOPO_PART_PCI},
    {"numa", 0}, /* there is only a drawing of it */
};

static int read_view(const struct xd_cli *cli, const char *format, struct xd_cli_picture *p,
                     struct xd_err *err)
{
    static const char *const names[] = {"all", "cpu", "memory", "pci", "numa", NULL};
    int i = 0;

    if (xd_cli_option(cli, "view") &&
        xd_cli_choice(cli, "view", names, "all, cpu, memory, pci or numa", &i, err) < 0)
        return -EINVAL;
    if (!views[i].parts && strcmp(format, TEXT) != 0)
        return xd_err_set(err, -EINVAL, "--view %s is a drawing: it goes with -o " TEXT,
                          views[i].name);
    p->view = views[i].name;
    p->style.parts = views[i].parts;
    return 0;
}

/* What the console marks in its drawing, and what that is made of. The last is for want of one. */
static const struct {
    const char *name;
    const char *tables[3];
    bool rates;           /* it takes two samples */
    const char *views[3]; /* that have what it marks */
} overlays[] = {
    {"running", {"domains", "vcpus"}, false, {"all", "cpu"}},
    {"affinity", {"domains", "vcpus"}, false, {"all", "cpu"}},
    {"pools", {"pools"}, false, {"all", "cpu"}},
    {"load", {"pcpus"}, true, {"all", "cpu"}},
    {"links", {"traffic"}, true, {"all", "pci"}},
    {"nothing", {NULL}, false, {NULL}},
};
#define N_OVERLAYS (sizeof(overlays) / sizeof(*overlays))

static int read_overlay(const struct xd_cli *cli, struct xd_cli_picture *p, size_t *overlay,
                        struct xd_err *err)
{
    static const char *const names[] = {"running", "affinity", "pools", "load",
                                        "links",   "nothing",  NULL};
    int i = N_OVERLAYS - 1;

    if (xd_cli_option(cli, "overlay") &&
        xd_cli_choice(cli, "overlay", names, "running, affinity, pools, load, links or nothing", &i,
                      err) < 0)
        return -EINVAL;
    *overlay = (size_t)i;
    p->overlay = overlays[i].name;
    p->domain = xd_cli_option(cli, "domain");
    if ((strcmp(p->overlay, "affinity") == 0) != (p->domain != NULL))
        return xd_err_set(err, -EINVAL, "--overlay affinity and --domain NAME go together");
    for (size_t k = 0; k < 3 && overlays[i].views[k]; k++)
        if (strcmp(p->view, overlays[i].views[k]) == 0)
            return 0;
    if (overlays[i].views[0])
        return xd_err_set(err, -EINVAL, "--overlay %s shows in --view %s and %s, not in %s",
                          p->overlay, overlays[i].views[0], overlays[i].views[1], p->view);
    return 0;
}

/* The terminal's width, else 80; of a tree as wide as it is. */
static int read_width(struct xd_cli *cli, struct xd_cli_picture *p, struct xd_err *err)
{
    struct winsize size;
    uint64_t width;

    if (xd_cli_count(cli, "width", 0, &width, err) < 0)
        return -EINVAL;
    if (xd_cli_option(cli, "width") && (width < WIDTH_LEAST || width > WIDTH_MOST))
        return xd_err_set(err, -ERANGE, "--width: wanted %d to %d cells, found %llu", WIDTH_LEAST,
                          WIDTH_MOST, (unsigned long long)width);
    p->style.width = (int)width;
    p->width = (int)width;
    if (!p->width)
        p->width = ioctl(fileno(cli->out), TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_LEAST
                       ? size.ws_col
                       : WIDTH_DEFAULT;
    return 0;
}

static int read_height(struct xd_cli *cli, struct xd_cli_picture *p, struct xd_err *err)
{
    uint64_t height;

    if (xd_cli_count(cli, "height", 0, &height, err) < 0)
        return -EINVAL;
    if (height > HEIGHT_MOST)
        return xd_err_set(err, -ERANGE, "--height: wanted at most %d lines, found %llu",
                          HEIGHT_MOST, (unsigned long long)height);
    p->height = (int)height;
    return 0;
}

/* As --glyphs and --ascii say, else as the locale can. */
static int read_glyphs(struct xd_cli *cli, struct xd_cli_picture *p, struct xd_err *err)
{
    static const char *const names[] = {"ascii", "block", "braille", "auto", NULL};
    int i = 0;

    if (!xd_cli_option(cli, "ascii") &&
        xd_cli_choice(cli, "glyphs", names, "auto, ascii, block or braille", &i, err) < 0)
        return -EINVAL;
    p->ascii = i < 0 || i == 3 ? strcmp(nl_langinfo(CODESET), "UTF-8") != 0 : i == 0;
    p->style.ascii = p->ascii;
    return 0;
}

/* The host to ask: --from FILE, --host, else this machine itself and never the demo host: it is not
 * what one asks for. */
static int open_host(struct xd_cli *cli, struct xd_session **s, struct xd_err *err)
{
    struct xd_session_config c;
    const char *from = xd_cli_option(cli, "from");
    struct xd_buf host = XD_BUF_INIT;
    int rc;

    if (from && xd_cli_option(cli, "host"))
        return xd_err_set(err, -EINVAL, "--from FILE is --host topo:FILE: say one of them");
    rc = xd_cli_session_config(cli, &c, err);
    if (rc < 0)
        return rc;
    xd_buf_printf(&host, "%s%s", from ? "topo:" : "live", from ? from : "");
    if (!xd_cli_option(cli, "host"))
        c.host = host.s;
    c.readonly = true;
    c.one_shot = true;
    c.journal = "";
    rc = xd_session_open(&c, s, err);
    xd_buf_done(&host);
    return rc;
}

static struct xd_topo *machine_of(struct xd_session *s, size_t overlay, struct xd_err *err)
{
    struct xd_want wants[4 + 3] = {{"topology", XD_WANT_ALL},
                                   {"distances", XD_WANT_ALL},
                                   {"advice", XD_WANT_ALL},
                                   {"pci", XD_WANT_ALL}};
    const struct xd_world *w = xd_session_world(s);
    const struct xd_table *t;
    const char *why;
    size_t n = 4;

    for (size_t i = 0; i < 3 && overlays[overlay].tables[i]; i++)
        wants[n++] = (struct xd_want){overlays[overlay].tables[i], XD_WANT_ALL};
    xd_session_want(s, wants, n);
    if (xd_session_wait_samples(s, 1, XD_CLI_SAMPLE_TIMEOUT, err) < 0 ||
        (overlays[overlay].rates && xd_session_wait_samples(s, 2, XD_CLI_SAMPLE_TIMEOUT, err) < 0))
        return NULL;
    t = xd_world_table(w, xd_topology_desc.name);
    if (t && t->n)
        return xd_topo_from(t, xd_world_table(w, xd_distances_desc.name),
                            xd_world_table(w, xd_advice_desc.name));
    why = xd_world_trouble(w, xd_topology_desc.name);
    xd_err_set(err, -ENODATA, "host %s says nothing of its topology%s%s", xd_world_host(w),
               why ? ": " : "", why ? why : "");
    return NULL;
}

/* What could not be read is said, and does not spoil what could. */
static void say_troubles(struct xd_cli *cli, struct xd_session *s)
{
    const struct xd_table *t = xd_world_table(xd_session_world(s), xd_topology_desc.name);

    if (t && t->reason)
        fprintf(cli->err, "xendeck: %s\n", t->reason);
}

/* Nothing of that name: the nearest id, where one is near. */
static int unknown_thing(const struct xd_topo *t, const char *name, struct xd_err *err)
{
    const char **ids = xd_malloc(t->n_things * sizeof(*ids));
    const char *near;

    for (size_t i = 0; i < t->n_things; i++)
        ids[i] = t->things[i]->id;
    near = xd_str_nearest(name, ids, t->n_things);
    xd_err_set(err, -EINVAL, "there is no \"%s\" in this machine%s%s%s", name,
               near ? "; did you mean " : "; ids are in xendeck get topology -c id,label",
               near ? near : "", near ? "?" : "");
    free(ids);
    return -EINVAL;
}

/* By id, else by what it is called in drawings, as long as one alone is called that. */
static int find_root(const struct xd_topo *t, const char *name, struct xd_cli_picture *p,
                     struct xd_err *err)
{
    char called[XD_KEY_MAX];

    p->root = xd_topo_find(t, name);
    if (p->root)
        return 0;
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];

        if (strcmp(xd_topo_called(o, called, sizeof(called)), name) != 0)
            continue;
        if (p->root)
            return xd_err_set(err, -EINVAL, "several are called %s: %s and %s, for two", name,
                              p->root->id, o->id);
        p->root = o;
    }
    return p->root ? 0 : unknown_thing(t, name, err);
}

/* A table that the overlay is made of isn't there: why. */
static int check_overlay(const struct xd_world *w, const struct xd_cli_picture *p, size_t overlay,
                         struct xd_err *err)
{
    for (size_t i = 0; i < 3 && overlays[overlay].tables[i]; i++) {
        const char *name = overlays[overlay].tables[i], *why = xd_world_trouble(w, name);
        const struct xd_table *t = xd_world_table(w, name);

        if (!t || (!t->n && why))
            return xd_err_set(err, -ENODATA, "--overlay %s: host %s says nothing of its %s%s%s",
                              p->overlay, xd_world_host(w), name, why ? ": " : "", why ? why : "");
    }
    return 0;
}

static int print(struct xd_cli *cli, const struct xd_topo *t, const char *format,
                 struct xd_cli_picture *p, struct xd_err *err)
{
    struct xd_buf out = XD_BUF_INIT;
    int rc = 0;

    p->style.root = p->root;
    if (strcmp(format, TEXT) == 0)
        rc = cli->draw(t, p, &out, err);
    else
        rc = xd_topo_export(t, format, &p->style, &out, err);
    if (rc == 0)
        fwrite(xd_buf_str(&out), 1, out.len, cli->out);
    xd_buf_done(&out);
    return rc;
}

/* What was asked for, but for the host and the thing. */
static int read_wishes(struct xd_cli *cli, int argc, char **argv, const char **format,
                       struct xd_cli_picture *p, size_t *overlay, struct xd_err *err)
{
    if (argc > 2)
        return xd_err_set(err, -EINVAL, "topo takes one thing; \"%s\" is one word too many",
                          argv[2]);
    p->style.unfolded = xd_cli_option(cli, "unfolded") != NULL;
    if (read_format(cli, format, err) < 0 || read_view(cli, *format, p, err) < 0 ||
        read_overlay(cli, p, overlay, err) < 0 || read_width(cli, p, err) < 0 ||
        read_height(cli, p, err) < 0 || read_glyphs(cli, p, err) < 0 ||
        (xd_cli_option(cli, "theme") && cli->colours(cli, &p->style, err) < 0))
        return -EINVAL;
    return 0;
}

int xd_cmd_topo(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    struct xd_cli_picture p = {.style = xd_topo_style_print};
    const char *format = TEXT;
    struct xd_session *s = NULL;
    struct xd_topo *t;
    size_t overlay = 0;
    int rc;

    if (read_wishes(cli, argc, argv, &format, &p, &overlay, err) < 0)
        return XD_EXIT_USAGE;
    rc = open_host(cli, &s, err);
    if (rc < 0)
        return rc == -EINVAL ? XD_EXIT_USAGE : XD_EXIT_NO_SOURCE;
    t = machine_of(s, overlay, err);
    rc = !t ? -ENODATA : argc > 1 ? find_root(t, argv[1], &p, err) : 0;
    p.world = xd_session_world(s);
    if (rc == 0)
        rc = check_overlay(p.world, &p, overlay, err);
    if (rc == 0)
        rc = print(cli, t, format, &p, err);
    say_troubles(cli, s);
    xd_topo_free(t);
    xd_session_close(s);
    return rc == 0 ? XD_EXIT_DONE : rc == -EINVAL ? XD_EXIT_USAGE : XD_EXIT_NO_SOURCE;
}
