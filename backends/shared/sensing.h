/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of power and heat over time, as the modules of hosts with and without Xen show them: the
 * table sensors, and what of it counts for the whole host. What only the hypervisor tells is added
 * by its module. */
#ifndef XD_BACKEND_SHARED_SENSING_H
#define XD_BACKEND_SHARED_SENSING_H

#include <sys/types.h>

#include "base/clock.h"
#include "base/files.h"
#include "kernel/sensors.h"
#include "model/backend.h"
#include "model/tables_power.h"

#define XD_SENSORS_DIR "/run/xendeck/sensors"

/* The model that stands in where nothing measures power: so much a socket, and more for each pCPU
 * that is busy all the time. The figures are those of no processor. */
#define XD_MODEL_SOCKET_W 25.0
#define XD_MODEL_PCPU_W   6.0

/* ipmitool, asked again and again without anybody waiting for it. */
struct xd_ipmi {
    const char *device, *program;  /* NULL: those that this machine has */
    pid_t pid;                     /* > 0: it runs, or hasn't been reaped */
    int fd;                        /* < 0: it isn't listened to */
    int64_t asked_ns, answered_ns; /* 0: never */
    bool known;
    double watts;
    char trouble[200];
    char said[4096];
    size_t n;
};

#define XD_ENERGIES_MAX 64

/* How busy all pCPUs together are, by a counter of ns that each of them has. */
struct xd_sensing_load {
    unsigned n; /* how many pCPUs were in it at the last look; 0: there was none */
    int64_t at_ns;
    uint64_t ns;
    double rate; /* < 0: unknown */
};

struct xd_sensing {
    const char *root; /* of the tree of files: "/" */
    const char *dir;  /* of sensors in files */
    struct xd_ipmi ipmi;
    struct xd_energy_seen { /* counters of energy by the sensor's name */
        char name[64];
        uint64_t last, total_uj, base_uj;
        int64_t at_ns, base_ns;
    } energy[XD_ENERGIES_MAX];
    size_t n_energies;
    struct xd_sensing_load load;
    struct {      /* the best that ever told the host's watts: nothing worse stands in for it */
        int rank; /* the lower the better */
        size_t n; /* packages in it */
        char source[128];
    } best;
};

/* What counts for the host. */
struct xd_sensing_sum {
    bool has_watts, estimated, has_celsius;
    double watts, celsius;
    char watts_source[128], celsius_source[128];
    int64_t watts_age_ns, celsius_age_ns; /* of the oldest reading in it; < 0: unknown */
    const char *trouble;                  /* why no watts; or NULL. Lives as long as the readings */
};

void xd_sensing_init(struct xd_sensing *s);
void xd_sensing_done(struct xd_sensing *s); /* ends an ipmitool that still runs */

/* The cells of the table power that are told here. */
#define XD_SENSING_WATTS                                                                           \
    (UINT64_C(1) << XD_POWER_WATTS | UINT64_C(1) << XD_POWER_WATTS_SOURCE |                        \
     UINT64_C(1) << XD_POWER_ESTIMATED | UINT64_C(1) << XD_POWER_WATTS_AGE_NS)
#define XD_SENSING_HEAT                                                                            \
    (UINT64_C(1) << XD_POWER_CELSIUS | UINT64_C(1) << XD_POWER_CELSIUS_SOURCE |                    \
     UINT64_C(1) << XD_POWER_CELSIUS_AGE_NS)

/* What has to be read for those who look at the tables power and sensors: enum xd_reading_kinds; 0:
 * nothing. */
unsigned xd_sensing_wanted(const struct xd_sensing *s, const struct xd_backend_env *env);
/* The columns of the table power that are wanted; 0: none. For the history alone (xd_glances) a BMC
 * isn't bothered, and then there are none: another sensor's watts would be no history of its. */
uint64_t xd_sensing_power(const struct xd_sensing *s, const struct xd_backend_env *env);
/* Adds what this machine's files and BMC say now of those kinds; never waits for them. l may have
 * readings already. */
void xd_sensing_read(struct xd_sensing *s, unsigned kinds, int64_t now_ns, struct xd_readings *l);
/* How fast that sum of n pCPUs' counters grows, in ns a ns; < 0: unknown, as after the first look
 * or where other pCPUs are counted than before. Looks that follow each other closely tell the last
 * figure again. */
double xd_sensing_rate(struct xd_sensing *s, int64_t now_ns, uint64_t ns, unsigned n);
/* Watts of counters, the model where nobody measures the host (busy: pCPUs' worth of work in the
 * last interval; < 0: unknown), and what counts. After all readings were added. A source that told
 * the host's watts is replaced by better ones only: others mean less of the host, and who keeps a
 * limit by the watts would take a dead BMC for a host that is cool. */
void xd_sensing_sum(struct xd_sensing *s, int64_t now_ns, struct xd_readings *l, unsigned sockets,
                    double busy, struct xd_sensing_sum *out);
/* The host's cells of those kinds, into the row of the table power that was begun; why there are no
 * watts becomes the table's reason. */
void xd_sensing_put_sum(const struct xd_sensing_sum *sum, unsigned kinds, struct xd_rows *t);
/* The table sensors. */
void xd_sensing_put(const struct xd_readings *l, struct xd_builder *b, int64_t at_ns);

/* --- the parts --- */
bool xd_ipmi_is_there(const struct xd_ipmi *i); /* the machine has a BMC that can be asked */
void xd_ipmi_read(struct xd_ipmi *i, int64_t now_ns, struct xd_readings *l);
void xd_ipmi_stop(struct xd_ipmi *i);

#endif
