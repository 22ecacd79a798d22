/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screens. A screen is a view (how) over a table (what) with its own sort, filter, marks and
 * cursor. A new screen is a new file with one struct xd_view and a line in screens.c; a table that
 * a module publishes gets one for free. */
#ifndef XD_TUI_VIEW_H
#define XD_TUI_VIEW_H

#include "base/arena.h"
#include "model/query.h"
#include "tui/canvas.h"
#include "tui/key.h"

struct xd_app;
struct xd_screen;
struct xd_want;

/* A column of a view, in the order shown. Columns with the largest `drop` go first where the screen
 * is narrow; 0 stays. */
struct xd_view_column {
    const char *name; /* of the table; a NULL name ends the list */
    int drop;
    int width;  /* cells; 0: as the table says; for a spark line: the least */
    bool spark; /* the last minutes of that column as a spark line; takes what is left over */
    const char
        *full;  /* spark: full height is 100 times this column; NULL: the largest value seen */
    bool gauge; /* a share in percent, as a gauge */
    bool grow;  /* text: takes what is left over where there is no spark line */
};

struct xd_view {
    const char *name;                     /* "domains" */
    const char *title;                    /* on the tab */
    const char *help;                     /* in the list of screens; NULL: what the table says */
    const char *table;                    /* the table it shows, or NULL */
    const struct xd_view_column *columns; /* NULL: the table's default columns */
    const char *sort;                     /* to begin with; NULL: the table's own order */
    /* The rows' look beyond its cells (a paused domain is dim). NULL: normal. */
    enum xd_role_style (*style)(const struct xd_row *row);
    void (*draw)(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                 struct xd_rect r);
    /* The pane below the table about the row under the cursor. NULL: none. */
    void (*detail)(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r);
    /* What is said of the row in the line over the pane, behind its name; in a. NULL: nothing. */
    const char *(*aside)(const struct xd_app *app, const struct xd_row *row, struct xd_arena *a);
    /* A view that is no table: how many things it lists, for the cursor. NULL: its rows. */
    size_t (*count)(const struct xd_app *a);
    /* Columns of other tables that it shows too; a NULL table ends the list. NULL: none. */
    const struct xd_want *wants;
    const char *const *with; /* tables that it shows all of, besides; NULL-terminated, or NULL */
    /* A view that is no list moves in its own way, one step to a side (dx) or up or down (dy);
     * false: as lists do. A click into it, from its second line on. Both NULL: a list. */
    bool (*move)(struct xd_app *a, struct xd_screen *s, int dx, int dy);
    void (*click)(struct xd_app *a, struct xd_screen *s, int x, int y);
    /* A view of a list of its own takes in the world: it sets n_rows, n_all and the cursor. NULL:
     * rows of its table, or as many lines as count says. */
    void (*update)(const struct xd_app *a, struct xd_screen *s);
    const char *needs; /* a view without a table: the host has to have this one; NULL: none */
    bool searches;     /* a view without a table: the text of `/` is its own to read */
    int head;          /* lines of its head beyond the first */
    int pane;          /* lines of its pane where there is room; 0: the usual */
    bool tall;         /* the pane is what the screen is about: it gets most of the room */
    bool tail;         /* a log: the cursor stays at its end until it is moved away */
};

/* Rows under a heading of their own: those of a pool, of a node. */
struct xd_group {
    const char *name;
    size_t from, n; /* its rows among xd_screen.sorted */
    size_t line;    /* its heading among xd_screen.rows */
    bool folded;    /* only the heading is shown */
};

struct xd_screen {
    const struct xd_view *view;
    struct xd_view own;               /* of a table without a view of its own: view points here */
    const struct xd_table_desc *desc; /* of view->table; NULL for other views */
    struct xd_sort sort;
    char filter[256];
    struct xd_arena query_arena;
    struct xd_query *query;
    char cursor[XD_KEY_MAX]; /* the key of the row under the cursor: it follows the thing */
    size_t at;               /* its place; where the cursor stays when the thing is gone */
    size_t top, page;        /* first row shown; how many fit */
    bool follow;             /* view->tail: the cursor is at the end and stays there */

    /* After filter, groups and sort; valid until the next dispatch. */
    const struct xd_row **sorted; /* all rows that pass the filter */
    const struct xd_row **rows;   /* what is shown, line by line: NULL is the heading of a group */
    size_t n, n_rows, n_all, cap, cap_lines; /* lines; rows; rows before the filter */
    int name_width;                          /* cells of the longest label among rows */
    struct xd_group *groups;                 /* in arena; n_groups 0: flat */
    size_t n_groups;
    struct xd_arena group_arena;
    int tree;      /* 0: flat; else 1 + the index of the grouping in force */
    char **folded; /* names of groups */
    size_t n_folded;

    /* The columns that were chosen; columns NULL: the view's. */
    char *columns; /* as typed: "name,cpu,cpu:graph" */
    int cols[2 * XD_COLUMNS_MAX], n_cols;
    int shift; /* columns behind the first that are scrolled away to the left */

    char **marks; /* keys of marked rows, sorted */
    size_t n_marks, cap_marks;
};

/* Adds the screens that this host has and that are not there yet: the views of views.c whose table
 * a source publishes, then one for each other table. */
void xd_screens_make(struct xd_app *a);
void xd_screen_done(struct xd_screen *s);

/* Takes in the world as it is now: filter, sort, find the cursor's row again. */
void xd_screen_update(const struct xd_app *a, struct xd_screen *s);
/* How many rows fit, as the layout says; scrolls so that the cursor shows. */
void xd_screen_fit(struct xd_screen *s, size_t page);
size_t xd_screen_count(const struct xd_app *a, const struct xd_screen *s);
const struct xd_row *xd_screen_row(const struct xd_screen *s); /* under the cursor, or NULL */
/* The group whose heading is under the cursor or at a line, or NULL. */
struct xd_group *xd_screen_heading(const struct xd_screen *s, size_t line);
/* Where a line's row stands among the rows, from 0. */
size_t xd_screen_place(const struct xd_screen *s, size_t line);
void xd_screen_goto(const struct xd_app *a, struct xd_screen *s, size_t at);
int xd_screen_set_filter(struct xd_screen *s, const char *text, struct xd_err *err);
bool xd_screen_marked(const struct xd_screen *s, const char *key);
size_t xd_screen_mark_at(const struct xd_screen *s, const char *key); /* in marks; SIZE_MAX: not */
void xd_screen_mark(struct xd_screen *s, const char *key, bool on);
void xd_screen_unmark_all(struct xd_screen *s);
/* Marks the rows shown that pass a filter; returns how many passed, or -errno. */
int xd_screen_mark_filter(struct xd_screen *s, const char *filter, bool on, struct xd_err *err);
void xd_screen_mark_invert(struct xd_screen *s);
/* "name,cpu:graph" instead of the view's columns; NULL or "": those again. */
int xd_screen_set_columns(struct xd_screen *s, const char *text, struct xd_err *err);
/* The columns in force, as such a list; in arena. */
const char *xd_screen_columns_text(const struct xd_screen *s, struct xd_arena *a);
const char *xd_screen_sort_text(const struct xd_screen *s, struct xd_arena *a); /* "-cpu,name" */

/* --- groups (tree.c) --- */

/* The name of the i-th way to group the screen's rows ("pool"), and a line about it; NULL past the
 * end. */
const char *xd_tree_name(const struct xd_screen *s, int i, const char **title);
/* "flat" or a name; -ENOENT with those there are. */
int xd_tree_set(struct xd_screen *s, const char *name, struct xd_err *err);
/* Puts s->sorted into groups and makes s->rows of them. */
void xd_tree_make(const struct xd_app *a, struct xd_screen *s);
void xd_tree_fold(struct xd_screen *s, const char *group, bool on);
/* The sum of a column over a group's rows, as text: "-" where nothing is known, "≥12" where a part
 * is unknown. NULL: sums of it mean nothing. */
const char *xd_tree_sum(const struct xd_screen *s, const struct xd_group *g, int col,
                        struct xd_arena *a);

extern const struct xd_view *const xd_views[]; /* NULL-terminated, in the order of tabs */

/* How a table is laid out in `width` cells: which of the view's columns and how wide. */
struct xd_layout {
    int n;
    bool more; /* columns that don't fit stand to the right */
    struct xd_layout_column {
        int col; /* of the table */
        int x, width;
        bool spark, right, gauge;
        int full; /* spark: column that says what full height is, or -1 */
    } at[2 * XD_COLUMNS_MAX];
};
void xd_layout_make(const struct xd_screen *s, int width, struct xd_layout *out);

void xd_table_draw(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                   struct xd_rect r);
/* A detail pane for any table: what its columns don't show, or cut off. */
void xd_row_detail(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r);
/* A graph of the last ten minutes for each column of which history is kept; how many lines it
 * wants. */
void xd_graphs_draw(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                    struct xd_canvas *c, struct xd_rect r);
/* "10 min ago          5 min              now", below graphs that are w cells wide. */
void xd_graphs_axis(struct xd_canvas *c, int x, int y, int w);

#endif
