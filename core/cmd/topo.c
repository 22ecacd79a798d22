/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck topo`: the machine as a drawing, a tree, a picture, or for other programs. */
#include "cmd/cli.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "model/tables_topology.h"

#define WIDTH_LEAST   20
#define WIDTH_MOST    4000
#define WIDTH_DEFAULT 80 /* where nobody looks at a terminal */

/* Parts of the machine by the names of the drawings. */
static const struct {
    const char *name;
    unsigned parts;
} views[] = {
    {"all", XD_TOPO_PART_ALL},
    {"cpu", XD_TOPO_PART_CPU},
    {"memory", XD_TOPO_PART_MEMORY},
    {"pci", XD_TOPO_PART_PCI},
    {"numa", 0},
};

static int read_view(const struct xd_cli *cli, struct xd_cli_picture *p, struct xd_err *err)
{
    static const char *const names[] = {"all", "cpu", "memory", "pci", "numa", NULL};
    int i = 0;

    if (xd_cli_option(cli, "view") &&
        xd_cli_choice(cli, "view", names, "all, cpu, memory, pci or numa", &i, err) < 0)
        return -EINVAL;
    p->view = views[i].name;
    p->style.parts = views[i].parts;
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

static struct xd_topo *machine_of(struct xd_session *s, struct xd_err *err)
{
    static const struct xd_want wants[] = {
        {"topology", XD_WANT_ALL}, {"distances", XD_WANT_ALL}, {"advice", XD_WANT_ALL}};
    const struct xd_world *w = xd_session_world(s);
    const struct xd_table *t;
    const char *why;

    xd_session_want(s, wants, sizeof(wants) / sizeof(*wants));
    if (xd_session_wait_samples(s, 1, XD_CLI_SAMPLE_TIMEOUT, err) < 0)
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

static int print(struct xd_cli *cli, const struct xd_topo *t, const char *format,
                 struct xd_cli_picture *p, struct xd_err *err)
{
    struct xd_buf out = XD_BUF_INIT;
    int rc = 0;

    if (strcmp(format, "text") == 0)
        cli->draw(t, p, &out);
    else
        rc = xd_topo_export(t, format, &p->style, &out, err);
    if (rc == -EINVAL)
        xd_err_prefix(err, "text is the drawing; ");
    if (rc == 0)
        fwrite(xd_buf_str(&out), 1, out.len, cli->out);
    xd_buf_done(&out);
    return rc;
}

int xd_cmd_topo(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    struct xd_cli_picture p = {.style = xd_topo_style_print};
    const char *format = xd_cli_option(cli, "output");
    struct xd_session *s = NULL;
    struct xd_topo *t;
    int rc;

    if (argc > 1) {
        xd_err_set(err, -EINVAL, "topo takes options only; \"%s\" is one word too many", argv[1]);
        return XD_EXIT_USAGE;
    }
    p.style.ascii = p.ascii = xd_cli_option(cli, "ascii") != NULL;
    p.style.unfolded = xd_cli_option(cli, "unfolded") != NULL;
    if (read_view(cli, &p, err) < 0 || read_width(cli, &p, err) < 0 ||
        (xd_cli_option(cli, "theme") && cli->colours(cli, &p.style, err) < 0))
        return XD_EXIT_USAGE;
    rc = open_host(cli, &s, err);
    if (rc < 0)
        return rc == -EINVAL ? XD_EXIT_USAGE : XD_EXIT_NO_SOURCE;
    t = machine_of(s, err);
    rc = t ? print(cli, t, format ? format : "text", &p, err) : -ENODATA;
    say_troubles(cli, s);
    xd_topo_free(t);
    xd_session_close(s);
    return rc == 0 ? XD_EXIT_DONE : rc == -EINVAL ? XD_EXIT_USAGE : XD_EXIT_NO_SOURCE;
}
