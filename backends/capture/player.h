/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The player's clockwork: which moment of a recording is due when. No files, no tables: times in,
 * a moment out, so that every pause, jump and pace is tested with plain numbers.
 *
 * A moment is what is shown at once: one sample, or those of several sources that were sampled side
 * by side. Positions are ns from the beginning of the recording; `now` is the playing program's
 * monotonic clock. */
#ifndef XD_CAPTURE_PLAYER_H
#define XD_CAPTURE_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Thousandths, so that positions are exact: 0.01 to 1000 times as fast as recorded. */
#define XD_SPEED_ONE 1000
#define XD_SPEED_MIN 10
#define XD_SPEED_MAX 1000000

enum xd_player_state { XD_PLAYER_PLAYING, XD_PLAYER_PAUSED, XD_PLAYER_ENDED };

struct xd_moment {
    int64_t pos_ns;
    size_t last_frame; /* the last of its frames: of each source, the newest up to here is shown */
};

struct xd_player {
    struct xd_moment *moments; /* malloc; by position */
    size_t n, cap;
    bool started, paused;
    int64_t speed;                      /* in thousandths */
    int64_t base_clock_ns, base_pos_ns; /* where it was when the pace changed last */
    size_t at;                          /* paused: the moment shown */
    bool showing;
    size_t shown;        /* the moment shown last */
    int64_t shown_at_ns; /* by the clock: when it was due. It stays until another is shown */
};

void xd_player_init(struct xd_player *p);
void xd_player_done(struct xd_player *p);
/* A frame of the recording, in their order: joins the moment before it, or begins one (where
 * `source` is in that moment already, or time has passed). */
void xd_player_add(struct xd_player *p, size_t frame, int64_t pos_ns, bool same_source);

/* Everything below needs at least one moment. The first call of show or control starts it. */

/* The moment that is due; it becomes the one shown. */
const struct xd_moment *xd_player_show(struct xd_player *p, int64_t now_ns);
/* ns of the clock until another moment is due; -1: none without a verb. */
int64_t xd_player_due(const struct xd_player *p, int64_t now_ns);
int64_t xd_player_position(const struct xd_player *p, int64_t now_ns);
int64_t xd_player_length(const struct xd_player *p);
enum xd_player_state xd_player_state(const struct xd_player *p, int64_t now_ns);
/* A stretch of recorded time as it passes on the clock now. */
int64_t xd_player_scaled(const struct xd_player *p, int64_t recorded_ns);

/* "pause" "resume" "restart" "step [N]" (-N: back) "speed X" "seek 30s" (+30s, -30s: from here;
 * 10%: of the whole). -EINVAL with what was wanted, -ERANGE where there is nothing further,
 * -EALREADY. */
int xd_player_control(struct xd_player *p, const char *verb, int64_t now_ns, struct xd_err *err);
extern const char xd_player_verbs[]; /* for help: one line */

#endif
