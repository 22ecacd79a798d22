/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step as the operator carries it out on its own thread: read, compare with what was expected,
 * write, and read back until it is seen or time is up. A small machine instead of a loop that
 * sleeps, so that a worker without a thread makes one attempt at a time by the same code. */
#ifndef XD_ENGINE_STEP_H
#define XD_ENGINE_STEP_H

#include <stdatomic.h>

#include "engine/edit.h"

/* How long a written value may take to be seen, and one that "takes effect later". */
#define XD_STEP_SEEN_NS  (2 * XD_NS_PER_S)
#define XD_STEP_LATER_NS (15 * XD_NS_PER_S)
/* Between two looks. */
#define XD_STEP_POLL_NS (50 * XD_NS_PER_MS)

enum xd_job_phase { XD_JOB_NEW, XD_JOB_SEEKING, XD_JOB_OVER };

/* Everything the operator needs, copied: the plan stays with the UI thread. Counted; the session
 * and the worker hold it, and read the result only after XD_SAY_STEP. */
struct xd_job {
    atomic_int refs;
    struct xd_arena arena;
    struct xd_object object;
    const char *label; /* for sentences: "web1", "host" */
    const struct xd_knob *knob;
    const struct xd_action *action;
    struct xd_value old, now;
    const struct xd_value *params;
    bool lenient;    /* takes a value back: one on its way from `now` to `old` will do, too */
    bool no_cancel;  /* takes a value back: cancelling that would leave things half done */
    size_t index;    /* of the step, for the session */
    uint64_t ticket; /* not 0: only tells what would come of it; of which question it is a part */
    bool patient;    /* time is counted by looks, too: no thread, the clock may stand still */

    /* the operator's */
    enum xd_job_phase phase;
    int64_t until_ns, next_ns;
    int64_t began_ns;
    int64_t looks_left;
    struct xd_value seen; /* the newest read-back, of `arena` */
    int write_rc;
    struct xd_err write_err;

    /* the result */
    enum xd_outcome outcome; /* DONE REFUSED NOT_SEEN FAILED LOST */
    int rc;                  /* why: a negative errno, or 0 */
    bool touched;            /* the value is another one than before: it has to be put back */
    struct xd_err detail;
    const char *preview; /* of a question: the answer, in `arena`; NULL: nothing to say */
};

struct xd_job *xd_job_new(const struct xd_step *s);
struct xd_job *xd_job_ref(struct xd_job *j);
void xd_job_unref(struct xd_job *j);

/* Makes one attempt; true: it is over, the result stands. */
bool xd_job_turn(struct xd_job *j, const struct xd_backend *b, void *self, struct xd_clock *clock,
                 struct xd_progress *progress);
/* Answers a question: fills preview, or rc and detail. */
void xd_job_preview(struct xd_job *j, const struct xd_backend *b, void *self);
/* Ends a job that never began: the instance could not be opened. */
void xd_job_refuse(struct xd_job *j, const struct xd_err *why);

#endif
