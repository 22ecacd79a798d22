/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI from the output of lspci: bytes of configuration spaces, and with -v the few lines that tell
 * what Linux knows besides. */
#include <stdio.h>
#include <string.h>

#include "topo/pci_impl.h"

#define DUMP     "xendeck/lspci.txt"
#define DUMP_MAX (64 << 20)

/* "\tNUMA node: 1": what is said of the function whose line came last. */
static void number_line(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                        const char *value)
{
    uint64_t n;

    if (xd_parse_u64(value, &n) == 0 && n < 1 << 20)
        xd_topo_tell_u64(t, o, col, XD_TOPO_BY_SYSFS, n);
    else if (col == XD_TOPO_INDEX) /* "Physical Slot: PCIE3" */
        xd_topo_tell_str(t, o, XD_TOPO_SLOT, XD_TOPO_BY_SYSFS, value);
}

static void text_line(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      const char *value)
{
    xd_topo_tell_str(t, o, col, XD_TOPO_BY_SYSFS, value);
}

static const struct line {
    const char *begin;
    enum xd_topo_col col;
    void (*tell)(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                 const char *value);
} lines[] = {
    {"\tNUMA node: ", XD_TOPO_NODE, number_line},
    {"\tPhysical Slot: ", XD_TOPO_INDEX, number_line},
    {"\tIOMMU group: ", XD_TOPO_IOMMU_GROUP, number_line},
    {"\tDeviceName: ", XD_TOPO_SLOT, text_line},
    {"\tKernel driver in use: ", XD_TOPO_DRIVER, text_line},
};

/* The function that a line begins: "01:00.0 Ethernet controller: …". */
static struct xd_topo_thing *function_of(struct xd_topo *t, const char *line)
{
    struct xd_bdf at;
    const char *end;
    char text[XD_BDF_TEXT], id[XD_BDF_TEXT + 4];

    if (xd_bdf_parse(line, &at, &end) < 0 || (*end && *end != ' '))
        return NULL;
    snprintf(id, sizeof(id), "pci/%s", xd_bdf_text(&at, text));
    return xd_topo_find(t, id);
}

static void read_words(struct xd_topo *t, const char *text, size_t size)
{
    struct xd_topo_thing *o = NULL;
    const char *next;

    for (const char *s = text, *end = text + size; s < end; s = next) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        char line[256];

        stop = stop ? stop : end;
        next = stop < end ? stop + 1 : end;
        snprintf(line, sizeof(line), "%.*s", (int)(stop - s < 255 ? stop - s : 255), s);
        line[strcspn(line, "\r")] = '\0';
        if (*line && *line != '\t' && *line != ' ') {
            struct xd_topo_thing *other = function_of(t, line);

            o = other ? other : o; /* lines of bytes begin at the edge, too */
        }
        for (size_t i = 0; o && i < sizeof(lines) / sizeof(lines[0]); i++)
            if (xd_str_starts(line, lines[i].begin))
                lines[i].tell(t, o, lines[i].col, line + strlen(lines[i].begin));
    }
}

void xd_topo_read_lspci(struct xd_topo *t, const struct xd_files *f)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_pci_dumped *dumped = NULL;
    struct xd_err err = XD_ERR_INIT;
    struct xd_topo_pci *list;
    size_t size, n = 0;
    char *text;

    if (!xd_files_is(f, DUMP))
        return;
    if (xd_files_read(f, DUMP, DUMP_MAX, &scratch, &text, &size, &err) < 0 ||
        xd_pci_dump_parse(text, size, DUMP, &scratch, &dumped, &n, &err) < 0) {
        xd_topo_trouble(t, XD_TOPO_BY_PCI, "%s", err.text);
        goto out;
    }
    list = xd_arena_array(&scratch, n, sizeof(*list));
    for (size_t i = 0; i < n; i++)
        list[i] = (struct xd_topo_pci){
            .at = {dumped[i].at.segment, dumped[i].at.bus, dumped[i].at.device,
                   dumped[i].at.function},
            .config = dumped[i].bytes,
            .config_size = dumped[i].size,
        };
    xd_topo_pci_add(t, list, n, XD_TOPO_BY_PCI, xd_topo_pci_names(t, f, &scratch));
    read_words(t, text, size);
out:
    xd_arena_done(&scratch);
}
