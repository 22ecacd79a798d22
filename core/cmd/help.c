/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, the manual page and shell completion, all made from the command tables. */
#include "cmd/cli.h"

#include <string.h>

#include "model/powerknobs.h"
#include "model/tables.h"
#include "model/xenknobs.h"
#include "policies/policy.h"

static const char *const exit_statuses[] = {
    "done",
    "usage: the command line or a file can't be understood; or the output can't be written",
    "refused: nothing was done to the host",
    "rolled back: a step failed and the earlier ones were taken back",
    "unknown: the host may be in another state than asked for",
    "no such source: the host or the table can't be had",
};

static const char filters[] =
    "A filter is words and comparisons, divided by blanks (and) or | (or), with ( ) and ! for not. "
    "A word is looked for in all text columns. A comparison is COLUMN:VALUE (contains, or equals "
    "for numbers), = != < <= > >=, or ~ for a regular expression; VALUE may have a unit "
    "(mem_kib>2G) "
    "and ? is unknown.";

static void print_wrapped(FILE *out, const char *text, int indent, int width)
{
    int col = indent;

    fprintf(out, "%*s", indent, "");
    while (*text) {
        int len = (int)strcspn(text, " ");
        if (col > indent && col + 1 + len > width) {
            fprintf(out, "\n%*s", indent, "");
            col = indent;
        }
        fprintf(out, "%s%.*s", col > indent ? " " : "", len, text);
        col += len + (col > indent);
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_options(FILE *out, const struct xd_option *o)
{
    for (; o && o->name; o++) {
        char left[64];
        snprintf(left, sizeof(left), "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
                 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name, o->arg ? " " : "",
                 o->arg ? o->arg : "");
        fprintf(out, "  %-24s %s\n", left, o->help);
    }
}

void xd_help_overview(struct xd_cli *cli, FILE *out)
{
    fputs("xendeck: a console for a Xen host\n\nUsage:\n"
          "  xendeck [OPTION…]               the full-screen console\n"
          "  xendeck [OPTION…] COMMAND …     one command\n\nCommands:\n",
          out);
    for (const struct xd_command *c = xd_cli_commands; c->name; c++) {
        char left[64];
        snprintf(left, sizeof(left), "%s%s%s", c->name, c->args ? " " : "", c->args ? c->args : "");
        if (strlen(left) > 20) /* long arguments stand in the command's own help */
            snprintf(left, sizeof(left), "%s …", c->name);
        fprintf(out, "  %s%*s %s\n", left, 22 - xd_str_width(left), "", c->title);
    }
    fputs("\nOptions:\n", out);
    print_options(out, xd_cli_global_options);
    fputs("\nExit status:\n", out);
    for (int i = 0; i < 6; i++)
        fprintf(out, "  %d  %s\n", i, exit_statuses[i]);
    fputs("\nxendeck COMMAND --help tells more; xendeck man prints the manual page.\n", out);
}

void xd_help_command(const struct xd_command *c, FILE *out)
{
    fprintf(out, "xendeck %s%s%s\n\n  %s.\n", c->name, c->args ? " " : "", c->args ? c->args : "",
            c->title);
    if (c->help) {
        fputc('\n', out);
        print_wrapped(out, c->help, 2, 78);
    }
    if (c->options) {
        fputs("\nOptions:\n", out);
        print_options(out, c->options);
    }
    if (strcmp(c->name, "get") == 0) {
        fputs("\nFilters:\n", out);
        print_wrapped(out, filters, 2, 78);
    }
}

/* roff text: a leading dot or quote and every backslash and hyphen need care. */
static void man_text(FILE *out, const char *s)
{
    if (*s == '.' || *s == '\'')
        fputs("\\&", out);
    for (; *s; s++) {
        if (*s == '\\')
            fputs("\\e", out);
        else if (*s == '-')
            fputs("\\-", out);
        else
            fputc(*s, out);
    }
    fputc('\n', out);
}

static void man_options(FILE *out, const struct xd_option *o)
{
    for (; o && o->name; o++) {
        fputs(".TP\n", out);
        if (o->letter)
            fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
        fprintf(out, "\\fB\\-\\-%s\\fR", o->name);
        if (o->arg)
            fprintf(out, " \\fI%s\\fR", o->arg);
        fputc('\n', out);
        man_text(out, o->help);
    }
}

static void man_commands(FILE *out)
{
    fputs(".SH COMMANDS\n", out);
    for (const struct xd_command *c = xd_cli_commands; c->name; c++) {
        fprintf(out, ".SS %s%s%s\n", c->name, c->args ? " " : "", c->args ? c->args : "");
        man_text(out, c->title);
        fputs(".PP\n", out);
        if (c->help)
            man_text(out, c->help);
        man_options(out, c->options);
    }
}

static void man_keys(FILE *out, const struct xd_command *c)
{
    const char *group = NULL;

    fputs(".SH KEYS\nIn the console, : takes the name of any of these.\n", out);
    for (; c && c->name; c++) {
        if (c->group && (!group || strcmp(group, c->group) != 0))
            fprintf(out, ".SS %s\n", group = c->group);
        fputs(".TP\n\\fB", out);
        if (c->keys)
            man_text(out, c->keys);
        else
            fprintf(out, ":%s\n", c->name);
        fputs("\\fR", out);
        man_text(out, c->title);
    }
}

/* The language of policies, from the table that reads it. */
static void man_policies(FILE *out)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_policy_reference(&b);
    fputs(".SH POLICIES\n.nf\n", out);
    for (char *line = b.s, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        man_text(out, line);
    }
    fputs(".fi\n", out);
    xd_buf_done(&b);
}

/* Whether a row of that table can be edited or acted on. */
static bool is_edited(const struct xd_table_desc *d)
{
    static const struct xd_knob *const lists[] = {xd_xen_knobs, xd_power_knobs};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct xd_knob *k = lists[i]; k->name; k++)
            if (strcmp(k->table, d->name) == 0)
                return true;
    for (const struct xd_action *a = xd_xen_actions; a->name; a++)
        if (strcmp(a->table, d->name) == 0)
            return true;
    return false;
}

/* What an OBJECT is, from the tables that have something to edit: "vcpu/DOMAIN/VCPU, host". */
static void man_objects(FILE *out)
{
    const char *before = "";

    fputs(".PP\nAn OBJECT is ", out);
    for (size_t i = 0; xd_core_tables[i]; i++) {
        const struct xd_table_desc *d = xd_core_tables[i];

        if (!is_edited(d))
            continue;
        fprintf(out, "%s%s", before, d->noun);
        for (int l = 0; l < 2 && d->labels[l] >= 0; l++)
            fprintf(out, "/\\fI%s\\fR", d->columns[d->labels[l]].title);
        before = ", ";
    }
    fputs("; a domain's name may also be its domid or its UUID.\n", out);
}

void xd_help_man(struct xd_cli *cli, FILE *out)
{
    fprintf(out,
            ".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
            ".TH XENDECK 1 \"\" \"xendeck %s\" \"User Commands\"\n"
            ".SH NAME\nxendeck \\- a console that shows and edits a Xen host\n"
            ".SH SYNOPSIS\n.B xendeck\n[\\fIOPTION\\fR]...\n.br\n.B xendeck\n"
            "[\\fIOPTION\\fR]... \\fICOMMAND\\fR ...\n"
            ".SH DESCRIPTION\n"
            "Without a command: the full\\-screen console, on this host where it is a Xen dom0, "
            "else on a simulated one. With a command: the same, scriptable.\n",
            XD_VERSION);
    man_objects(out);
    fputs(".SH OPTIONS\n", out);
    man_options(out, xd_cli_global_options);
    man_commands(out);
    fputs(".SH FILTERS\n", out);
    man_text(out, filters);
    man_policies(out);
    man_keys(out, cli->console_commands);
    fputs(".SH EXIT STATUS\n", out);
    for (int i = 0; i < 6; i++)
        fprintf(out, ".TP\n%d\n%s\n", i, exit_statuses[i]);
    fputs(".SH ENVIRONMENT\n"
          ".TP\nXENDECK_MODULES\nfolders with backend modules, divided by colons\n"
          ".TP\nXENDECK_STATE\nfolder of the journals (default /var/lib/xendeck for root)\n"
          ".TP\nNO_COLOR\nif set and not empty: no colours\n"
          ".SH SEE ALSO\n.BR xl (1),\n.BR xentop (1),\n.BR xenpm (1)\n",
          out);
}

/* compgen -W expands the words it is given, commands in $(…) too, and a guest may be called that:
 * only names that no shell reads otherwise are offered. */
void xd_help_completion(FILE *out)
{
    fputs("# bash completion for xendeck; source it or put it into "
          "/usr/share/bash-completion/completions\n_xendeck() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} cmd= w\n"
          "    for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "        case $w in -*) ;; *) cmd=$w; break ;; esac\n    done\n"
          "    case $cmd in\n",
          out);
    for (const struct xd_command *c = xd_cli_commands; c->name; c++) {
        fprintf(out, "    %s) COMPREPLY=($(compgen -W \"", c->name);
        for (const struct xd_option *o = c->options; o && o->name; o++)
            fprintf(out, "--%s ", o->name);
        if (strcmp(c->name, "get") == 0)
            fputs("$(xendeck get 2>/dev/null | sed -n 's/^\\([a-z_]\\+\\) .*/\\1/p')", out);
        else if (strcmp(c->name, "set") == 0 || strcmp(c->name, "do") == 0)
            fputs("$(xendeck get domains --once -c name -o csv 2>/dev/null | "
                  "sed -n '1d;s/^\\([A-Za-z0-9._+-]\\+\\)\\r$/domain\\/\\1/p')",
                  out);
        fputs("\" -- \"$cur\")) ;;\n", out);
    }
    fputs("    *) COMPREPLY=($(compgen -W \"", out);
    for (const struct xd_command *c = xd_cli_commands; c->name; c++)
        fprintf(out, "%s ", c->name);
    for (const struct xd_option *o = xd_cli_global_options; o->name; o++)
        fprintf(out, "--%s ", o->name);
    fputs("\" -- \"$cur\")) ;;\n    esac\n}\ncomplete -F _xendeck xendeck\n", out);
}
