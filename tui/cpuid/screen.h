/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen of CPU features: a matrix of features by policies, the pane that says why a cell is as
 * it is, and what is planned for a domain's next start. */
#ifndef XD_TUI_CPUID_SCREEN_H
#define XD_TUI_CPUID_SCREEN_H

#include "tui/app.h"
#include "tui/dialog.h"
#include "xen/cpuid/matrix.h"

/* What a domain is to have from its next start on, where somebody said so: in `said`, as `on`
 * tells. It is no difference any more once the domain was started so. */
struct xd_cpuid_draft {
    char key[XD_KEY_MAX]; /* of the row in the table `cpuid` */
    struct xd_featureset said, on;
    bool written; /* as it is, into a file: it isn't lost with us */
};

/* A dry run that was asked for: with what its result is to be compared. */
struct xd_cpuid_trial_run {
    bool wanted;     /* its result wasn't shown yet */
    char before[40]; /* the name of the one before: the result has another */
    char file[512];
    char name[128]; /* of the domain */
    enum xd_cpuid_side side;
    struct xd_featureset now, planned;
    struct xd_featureset compared; /* bits of which both are known, and that a policy sets */
};

#define XD_CPUID_DRAFTS 16
#define XD_CPUID_FILES  16

struct xd_cpuid_screen {
    struct xd_cpuid_db *db; /* loaded when the screen is first shown */
    char error[256];        /* why it can't be, or why a row of the table makes no sense */

    struct xd_cpuid_matrix m;      /* of the tables, made anew when they change */
    struct xd_cpuid_matrix others; /* other hosts, from files; their columns are in m too */
    const struct xd_table *table;  /* that m was made of */
    uint64_t generation;           /* and of the world */
    bool stale;                    /* m has to be made anew whatever they are */

    struct xd_cpuid_lines lines;
    enum xd_cpuid_rows rows;
    uint64_t folded; /* groups */
    int bit, group;  /* of the line under the cursor; bit -1: the group's heading */

    char *chosen; /* "raw,host,web*"; NULL: all columns */
    bool alike;   /* of domains that have the same only the first is shown */
    int *shown;   /* their places in m */
    size_t *same; /* how many more each of them stands for */
    size_t n_shown, cap_shown;
    size_t at, first;        /* among shown: the column under the cursor; the first that shows */
    char column[XD_KEY_MAX]; /* the cursor's, so that it follows the thing */

    struct xd_cpuid_draft drafts[XD_CPUID_DRAFTS];
    int n_drafts;

    struct xd_cpuid_trial_run trial;
    char writing[XD_KEY_MAX]; /* whose draft a plan puts into a configuration; "": none's */
};

struct xd_cpuid_screen *xd_cpuid_screen_new(void);
void xd_cpuid_screen_free(struct xd_cpuid_screen *t); /* NULL allowed */
/* Takes in the tables, the search and the choice of columns. */
void xd_cpuid_screen_update(const struct xd_app *a, struct xd_screen *s);
/* Goes to the column of that place among the shown. */
void xd_cpuid_screen_at(struct xd_cpuid_screen *t, size_t at);
/* Whether domains with the same features take one column together. */
void xd_cpuid_screen_alike(struct xd_cpuid_screen *t, bool on);
/* The column under the cursor, as a place in the matrix; -1: there is none. */
int xd_cpuid_screen_column(const struct xd_cpuid_screen *t);
/* The columns of a list, into *out (on the heap): how many, or -ENOENT with a sentence. */
int xd_cpuid_screen_choose(struct xd_cpuid_screen *t, const char *list, struct xd_err *err);

/* --- how columns stand (layout.c) --- */

#define XD_CPUID_NAME_W 20 /* cells of the first column with the cursor's and the fold's mark */

struct xd_cpuid_layout {
    size_t first, n; /* of the shown columns */
    int x[256], w[256];
    int end;      /* the first cell behind them */
    size_t right; /* columns that don't fit to the right */
};
/* Where columns stand in w cells from `first` on. */
void xd_cpuid_layout_make(const struct xd_cpuid_screen *t, size_t first, int w,
                          struct xd_cpuid_layout *out);
/* The first column to show, so that the cursor's shows. */
size_t xd_cpuid_layout_first(const struct xd_cpuid_screen *t, int w);
/* What the i-th shown column is called at its head ("web1", "web1 +12") and what stands over a
 * column: "at most", a machine's name. */
#define XD_CPUID_TITLE_W 10
char *xd_cpuid_column_title(const struct xd_cpuid_screen *t, size_t i, char *out, size_t size);
const char *xd_cpuid_column_over(const struct xd_cpuid_column *c);

/* --- the pane and the explanation (pane.c, explain.c) --- */

void xd_cpuid_pane(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r);
/* "xl.cfg calls it clfsh, also …": names that others have for it. */
void xd_cpuid_names_of(const struct xd_cpuid_feature *f, struct xd_buf *out);
/* A box with all that is known of the feature under the cursor (explain.c). */
void xd_cpuid_explain_open(struct xd_app *a);
/* "Needs …": a paragraph of names; nothing for an empty set. */
struct xd_cpuid_box;
void xd_cpuid_box_list(struct xd_cpuid_box *e, const struct xd_cpuid_screen *t, const char *what,
                       const struct xd_featureset *s);

/* --- what is planned for a next start (draft.c) --- */

/* The draft of a column's domain, or NULL: there is none. */
const struct xd_cpuid_draft *xd_cpuid_draft_of(const struct xd_cpuid_screen *t, int column);
/* Whether the domain is to have the feature: as it has now, but for the draft. */
bool xd_cpuid_draft_has(const struct xd_cpuid_screen *t, int column, int bit);
/* Whether that is something else than what it has now. */
bool xd_cpuid_draft_differs(const struct xd_cpuid_screen *t, int column, int bit);
/* Plans the opposite: with what it needs, or with what depends on it. Refuses with the reason what
 * can't be had. The sentence in said[size] tells what went along. */
int xd_cpuid_draft_switch(struct xd_cpuid_screen *t, int column, int bit, char *said, size_t size,
                          struct xd_err *err);
/* How many are in no file yet; and that this column's is in one now. */
int xd_cpuid_drafts_unwritten(const struct xd_cpuid_screen *t);
void xd_cpuid_draft_written(struct xd_cpuid_screen *t, const char *key);
void xd_cpuid_draft_drop(struct xd_cpuid_screen *t, int column);
/* The line for the domain's configuration (for dom0: for Xen's command line) that says what it has
 * and what is planned; and what that line can't say, a sentence each, divided by newlines. */
int xd_cpuid_draft_line(const struct xd_cpuid_screen *t, int column, struct xd_buf *line,
                        struct xd_buf *lost, struct xd_err *err);
/* What stands between the quotes of that line, "host" where there is none. -ENOTSUP: there is no
 * domain under the cursor, or a line of another kind. */
#define XD_CPUID_VALUE_MAX 4096
int xd_cpuid_draft_value(const struct xd_cpuid_screen *t, int column, char *out, size_t size,
                         struct xd_err *err);
/* The box with the line (config.c), and the question for the file that gets it. */
void xd_cpuid_config_open(struct xd_app *a);
void xd_cpuid_offer_file(struct xd_app *a, const char *path);
/* Where a domain's configuration usually is; and a path as it is from "/" on. */
void xd_cpuid_config_path(const struct xd_cpuid_column *c, char *out, size_t size);
void xd_cpuid_whole_path(const char *path, char *out, size_t size);
/* A plan ended: of the configuration that was written, perhaps (config.c). */
void xd_cpuid_plan_ended(struct xd_app *a, const struct xd_plan *p);
/* Shows what came of a dry run once it is known (trial.c). */
void xd_cpuid_trial_update(struct xd_app *a);

/* --- the list of columns (columns.c) --- */
void xd_cpuid_columns_open(struct xd_app *a);

/* --- commands --- */
int xd_cmd_cpuid_alike(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_columns(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_compare(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_config(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_drop(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_explain(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_fold(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_goto(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_next(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_page_left(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_page_right(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_previous(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_rows(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_try(void *ctx, int argc, char **argv, struct xd_err *err);
int xd_cmd_cpuid_switch(void *ctx, int argc, char **argv, struct xd_err *err);
enum xd_use xd_use_cpuid_columns(const void *ctx);
enum xd_use xd_use_cpuid_domain(const void *ctx);
enum xd_use xd_use_cpuid_line(const void *ctx); /* there is one under the cursor */
enum xd_use xd_use_cpuid_switch(const void *ctx);

#endif
