/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario: the simulated host as a YAML file describes it, before any time has passed. The
 * language is described in README.md and in the header of default.yaml. */
#ifndef XD_DEMO_SCENARIO_H
#define XD_DEMO_SCENARIO_H

#include "backend_demo/fault.h"
#include "base/arena.h"
#include "base/embed.h"
#include "base/yaml.h"
#include "model/tables.h"

#define XD_DEMO_PCPUS_MAX   1024
#define XD_DEMO_NODES_MAX   64
#define XD_DEMO_POOLS_MAX   32
#define XD_DEMO_DOMAINS_MAX 20000
#define XD_DEMO_VCPUS_MAX   100000 /* of all domains */
#define XD_DEMO_FAULTS_MAX  256
#define XD_DEMO_NAME_MAX    128 /* bytes of a domain's name */
#define XD_DEMO_DEVICES_MAX 64  /* disks, and NICs, of a domain */
#define XD_DEMO_PCI_MAX     256

enum xd_demo_curve {
    XD_DEMO_IDLE,     /* a tick now and then */
    XD_DEMO_CONSTANT, /* high */
    XD_DEMO_WAVE,     /* low to high and back in each period */
    XD_DEMO_BURST,    /* high for `on` of each period, else low */
    XD_DEMO_NOISE,    /* wanders between low and high, a turn a period */
    XD_DEMO_SPIN,     /* all it can get */
};

/* What a domain's vCPUs ask for. */
struct xd_demo_load {
    int curve;        /* enum xd_demo_curve */
    double low, high; /* percent of one pCPU, by vCPU */
    double noise;     /* percent of the value, up and down */
    uint64_t period_ns, phase_ns, on_ns;
    uint64_t vcpus; /* the first so many carry it, the others idle; 0: all */
};

/* Devices of a domain. */
struct xd_demo_disk_spec {
    const char *vdev, *target, *format;
    bool readonly, cdrom;
};
struct xd_demo_nic_spec {
    const char *mac, *bridge; /* mac NULL: made from the domain's seed */
};

/* What a bridge is; of other functions XD_DEMO_NO_PORT. */
enum xd_demo_port {
    XD_DEMO_NO_PORT,
    XD_DEMO_ROOT_PORT,
    XD_DEMO_SWITCH_UP,
    XD_DEMO_SWITCH_DOWN,
    XD_DEMO_BRIDGE,
};

/* One entry of `pci:`. */
struct xd_demo_pci_spec {
    const char *bdf, *class_name, *id, *name, *driver;
    const char *slot; /* on the board; NULL: none, or it isn't told */
    uint64_t node,
        sysfs_node; /* as Xen, and as dom0's kernel says; the latter UINT64_MAX: nothing */
    int port;       /* enum xd_demo_port */
    const struct xd_cpuset *buses; /* behind a bridge: 0-255; else NULL */
    uint64_t speed, max_speed;     /* of its link, MT/s; 0: it has none */
    uint64_t lanes, max_lanes;
    uint64_t vfs;      /* that it could have */
    const char *vf_of; /* the function whose virtual one it is; else NULL */
    /* What hangs on it, by its name in dom0: a disk, NIC or USB device as the class says. */
    const char *leaf, *address;
    uint64_t size_kib, bits_s;
    int use;            /* enum xd_pci_use */
    const char *domain; /* who has it where it is assigned; else NULL */
    const struct xd_yaml *at;
};

/* One entry of `domains:`, the mould of `count` domains. */
struct xd_demo_spec {
    const char *name;  /* "{n}" in it is the number of the copy */
    const char *shown; /* the name, safe for a terminal */
    const char *uuid;  /* NULL: made from seed and name */
    const char *pool_name;
    unsigned pool; /* index */
    int type;      /* enum xd_domain_type */
    int state;     /* enum xd_domain_state: running, paused or crashed */
    uint64_t count, vcpus, online;
    uint64_t memory_kib, max_memory_kib;
    uint64_t weight, cap;
    const struct xd_cpuset *cpus, *soft_cpus; /* NULL: all */
    const char *guest;                        /* what it says of itself; NULL: nothing */
    const char *cpuid; /* the policy in its configuration, a spec; NULL: none */
    const struct xd_yaml *cpuid_at;
    uint64_t age_ns;      /* how long ago it was created */
    uint64_t shutdown_ns; /* how long it takes to shut down when asked */
    uint64_t leak_kib;    /* a second; 0: doesn't leak */
    struct xd_demo_load load;
    /* Bytes a second while the loaded vCPUs run all the time. Without the map there is no device.
     */
    bool has_net, has_disk;
    uint64_t rx, tx, rd, wr;
    struct xd_demo_disk_spec *disks;
    struct xd_demo_nic_spec *nics;
    size_t n_disks, n_nics;
    int on[3];                     /* poweroff, reboot, crash: xd_on_shutdown_names */
    uint64_t period_us, budget_us; /* rtds */
    bool extratime;
    const struct xd_yaml *net, *disk, *nic_list, *disk_list, *at; /* places for errors */
};

struct xd_demo_pool {
    const char *name;
    int sched; /* index into xd_scheduler_names */
    const struct xd_cpuset *cpus;
    uint64_t ratelimit_us, tslice_ms;
    const struct xd_yaml *at;
};

/* A domain to be: its mould, name and identity. */
struct xd_demo_birth {
    const struct xd_demo_spec *spec;
    const char *name;
    char uuid[37];
};

struct xd_demo_scenario {
    const char *source; /* the file's name, or the embedded scenario's */
    uint64_t seed;
    struct {
        const char *name, *xen, *kernel, *cpu, *caps, *board, *dimm_type;
        const char *microcode;            /* NULL: unknown */
        const char *command_line;         /* Xen's */
        uint64_t family, model, stepping; /* CPUID's; 0: unknown */
        uint64_t cores_per_l3, l1_kib, l2_kib, l3_kib;
        uint64_t channels, slots_per_channel, dimm_speed; /* of a socket; MT/s */
        uint64_t sockets, nodes_per_socket, cores_per_node, threads_per_core;
        uint64_t khz, memory_kib, reserved_kib, uptime_ns;
        bool clamp; /* its hypervisor can inject idle time */
    } host;
    unsigned n_nodes, n_pcpus; /* from the above */
    struct xd_demo_pool *pools;
    size_t n_pools;
    struct xd_demo_spec *specs;
    size_t n_specs;
    struct xd_demo_birth *births; /* all domains, in the order of the file; [0] is Domain-0 */
    size_t n_births;
    struct xd_demo_fault *faults;
    size_t n_faults;
    struct xd_demo_pci_spec *pci;
    size_t n_pci;
};

/* The scenarios that travel inside the program. */
extern const struct xd_embedded xd_embedded_scenarios[];

/* `arg` as it stood behind "demo:": empty is "default", a word is an embedded scenario, and what
 * holds a '/' or ends in ".yaml" a file. The result lives in a. -ENOENT with the nearest name and
 * the list. */
int xd_demo_scenario_open(const char *arg, struct xd_arena *a, struct xd_demo_scenario **out,
                          struct xd_err *err);
/* The same from text; `source` is the name in errors. -EINVAL with FILE:LINE:COL. */
int xd_demo_scenario_parse(const char *source, const char *text, size_t len, struct xd_arena *a,
                           struct xd_demo_scenario **out, struct xd_err *err);

/* --- the parts, each in a file of its own; used by xd_demo_scenario_parse --- */
int xd_demo_read_specs(struct xd_demo_scenario *s, const struct xd_yaml *list, struct xd_arena *a,
                       struct xd_err *err);
/* The `disks:` and `nics:` of a domain, and what it has where it says nothing. */
int xd_demo_read_devices(struct xd_demo_spec *p, bool first, struct xd_arena *a,
                         struct xd_err *err);
/* After the domains. */
int xd_demo_read_pci(struct xd_demo_scenario *s, const struct xd_yaml *list, struct xd_arena *a,
                     struct xd_err *err);
int xd_demo_make_births(struct xd_demo_scenario *s, struct xd_arena *a, struct xd_err *err);
int xd_demo_read_faults(struct xd_demo_scenario *s, const struct xd_yaml *list, struct xd_arena *a,
                        struct xd_err *err);

/* Whether the `cpuid` of all moulds can be understood. */
int xd_demo_cpuid_check(const struct xd_demo_scenario *s, struct xd_err *err);

#endif
