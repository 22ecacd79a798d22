/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions that Xen hosts have: see xenknobs.h. */
#include "model/tables.h"
#include "model/xenknobs.h"

#define S (INT64_C(1000000000))

const char *const xd_trigger_names[] = {"unknown", "power", "sleep",    "nmi",
                                        "init",    "reset", "s3resume", NULL};

const char *const xd_discard_names[] = {"usual", "yes", "no", NULL};

/* --- parameters --- */

// clang-format off
static const struct xd_param trigger_params[] = {
    [XD_TRIGGER_NAME] = {"trigger", "Trigger", "power, sleep, nmi, init, reset or s3resume",
                         {.type = XD_ENUM, .names = xd_trigger_names}, NULL},
    [XD_TRIGGER_VCPU] = {"vcpu", "vCPU", "The vCPU that gets it", {.type = XD_U64}, "0"},
    {0},
};
static const struct xd_param sysrq_params[] = {
    {"key", "Key", "The letter of Linux's SysRq: s syncs disks, t lists tasks, b boots at once",
     {.type = XD_STR}, NULL},
    {0},
};
static const struct xd_param dump_params[] = {
    {"file", "File", "Where to write it; it must not exist", {.type = XD_STR}, NULL},
    {0},
};
static const struct xd_param create_params[] = {
    [XD_CREATE_FILE] = {"file", "Config file", "A domain's configuration as xl reads it (xl.cfg)",
                        {.type = XD_STR}, NULL},
    [XD_CREATE_PAUSED] = {"paused", "Paused", "Leave it paused", {.type = XD_BOOL}, "no"},
    {0},
};
static const struct xd_param disk_params[] = {
    [XD_DISK_ATTACH_VDEV] = {"vdev", "Device", "The name that the guest is told: xvdb",
                             {.type = XD_STR}, NULL},
    [XD_DISK_ATTACH_TARGET] = {"target", "Target", "A file, a block device, or empty for an empty drive",
                               {.type = XD_STR}, NULL},
    [XD_DISK_ATTACH_FORMAT] = {"format", "Format", "raw, qcow2, vhd …", {.type = XD_STR}, "raw"},
    [XD_DISK_ATTACH_READONLY] = {"readonly", "Read only", "The guest may only read",
                                 {.type = XD_BOOL}, "no"},
    [XD_DISK_ATTACH_CDROM] = {"cdrom", "CD drive", "Its medium can be changed", {.type = XD_BOOL},
                              "no"},
    [XD_DISK_ATTACH_BACKEND] = {"backend", "Backend", "The domain that serves it", {.type = XD_STR},
                                "Domain-0"},
    [XD_DISK_ATTACH_BACKENDTYPE] = {"backendtype", "Served by", "phy (the kernel) or qdisk (QEMU); "
                                    "empty: what suits", {.type = XD_STR}, ""},
    [XD_DISK_ATTACH_SCRIPT] = {"script", "Script", "Makes a block device of the target; empty: the "
                               "usual one", {.type = XD_STR}, ""},
    [XD_DISK_ATTACH_DISCARD] = {"discard", "Discard", "Whether the guest may give back what it "
                                "doesn't use; usual: where it may write",
                                {.type = XD_ENUM, .names = xd_discard_names}, "usual"},
    {0},
};
static const struct xd_param cdrom_params[] = {
    {"medium", "Medium", "The image to put in; empty ejects", {.type = XD_STR}, NULL},
    {0},
};
static const struct xd_param nic_params[] = {
    [XD_NIC_ATTACH_DEVID] = {"devid", "Number", "Its number in the domain", {.type = XD_U64},
                             "{nics}"},
    [XD_NIC_ATTACH_BRIDGE] = {"bridge", "Bridge", "Where its script puts it; empty: the default",
                              {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_MAC] = {"mac", "MAC", "Its Ethernet address; empty: one is made",
                           {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_MODEL] = {"model", "Model", "What QEMU emulates for an HVM guest; empty: none",
                             {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_BACKEND] = {"backend", "Backend", "The domain that serves it", {.type = XD_STR},
                               "Domain-0"},
    [XD_NIC_ATTACH_SCRIPT] = {"script", "Script", "Connects it; empty: the default",
                              {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_VIFNAME] = {"vifname", "Interface", "What dom0 calls its end; empty: vifID.NUMBER",
                               {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_RATE] = {"rate", "Rate", "The most it may send: 10MB/s, 1Mb/s@20ms; empty: no limit",
                            {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_IP] = {"ip", "IP", "The guest's address, for scripts that want it",
                          {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_GATEWAYDEV] = {"gatewaydev", "Gateway", "The interface that vif-route routes over",
                                  {.type = XD_STR}, ""},
    [XD_NIC_ATTACH_MTU] = {"mtu", "MTU", "The largest packet, in bytes; empty: 1500",
                           {.type = XD_U64}, ""},
    {0},
};
static const struct xd_param pci_attach_params[] = {
    {"domain", "Domain", "The domain that gets it", {.type = XD_STR}, NULL},
    {0},
};
static const struct xd_param pci_detach_params[] = {
    [XD_PCI_DETACH_FORCE] = {"force", "Force", "Take it even if the guest doesn't let go",
                             {.type = XD_BOOL}, "no"},
    {0},
};
static const struct xd_param pool_params[] = {
    [XD_POOL_CREATE_NAME] = {"name", "Name", "The cpupool's name", {.type = XD_STR}, NULL},
    [XD_POOL_CREATE_SCHED] = {"sched", "Scheduler", "credit, credit2, rtds, null or arinc653",
                              {.type = XD_ENUM, .names = xd_scheduler_names}, "credit2"},
    [XD_POOL_CREATE_CPUS] = {"cpus", "pCPUs", "Free pCPUs that it gets, such as 2-3",
                             {.type = XD_CPUSET}, NULL},
    {0},
};
static const struct xd_param cpuid_try_params[] = {
    [XD_CPUID_FILE] = {"file", "Config file", "The configuration (xl.cfg) to try, by its whole path",
                       {.type = XD_STR}, NULL},
    [XD_CPUID_VALUE] = {"cpuid", "CPU policy", "cpuid= as xl takes it, such as host,avx2=0; empty: as "
                        "the file says", {.type = XD_STR}, ""},
    {0},
};
static const struct xd_param cpuid_config_params[] = {
    [XD_CPUID_FILE] = {"file", "Config file", "The configuration (xl.cfg) to change, by its whole path",
                       {.type = XD_STR}, NULL},
    [XD_CPUID_VALUE] = {"cpuid", "CPU policy", "cpuid= as xl takes it, such as host,avx2=0; host alone: "
                        "none; before: what FILE.before has", {.type = XD_STR}, NULL},
    {0},
};
// clang-format on

/* --- actions --- */

const struct xd_action xd_xen_actions[XD_ACTION_N + 1] = {
    [XD_ACTION_PAUSE] =
        {
            .name = "pause",
            .table = "domains",
            .title = "Pause",
            .help = "Stop its vCPUs where they are; memory and connections stay",
            .risk = XD_RISK_DISRUPTIVE,
            .inverse = "unpause",
            .xl = "xl pause {name}",
            .settle_ns = 5 * S,
        },
    [XD_ACTION_UNPAUSE] =
        {
            .name = "unpause",
            .table = "domains",
            .title = "Unpause",
            .help = "Let its vCPUs go on",
            .risk = XD_RISK_LOW,
            .inverse = "pause",
            .xl = "xl unpause {name}",
            .settle_ns = 5 * S,
        },
    [XD_ACTION_SHUTDOWN] =
        {
            .name = "shutdown",
            .table = "domains",
            .title = "Shut down",
            .help = "Ask the guest to shut itself down; it may refuse or take its time",
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xl shutdown {name}",
            .settle_ns = 120 * S,
        },
    [XD_ACTION_REBOOT] =
        {
            .name = "reboot",
            .table = "domains",
            .title = "Reboot",
            .help = "Ask the guest to restart itself; it may refuse or take its time",
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xl reboot {name}",
            .settle_ns = 120 * S,
        },
    [XD_ACTION_DESTROY] =
        {
            .name = "destroy",
            .table = "domains",
            .title = "Destroy",
            .help = "Pull its plug at once: what it hasn't written to its disks is lost",
            .risk = XD_RISK_DESTRUCTIVE,
            .xl = "xl destroy {name}",
            .settle_ns = 30 * S,
        },
    [XD_ACTION_CONSOLE] =
        {
            .name = "console",
            .table = "domains",
            .title = "Console",
            .help = "Give the terminal to the guest's console; Ctrl-] comes back",
            .risk = XD_RISK_LOW,
            .xl = "xl console {name}",
            .terminal = "xl console {id}",
        },
    [XD_ACTION_TRIGGER] =
        {
            .name = "trigger",
            .table = "domains",
            .title = "Trigger",
            .help = "Send it a hardware event: its power button, an NMI …",
            .risk = XD_RISK_DISRUPTIVE,
            .params = trigger_params,
            .xl = "xl trigger {name} {trigger}[ {vcpu}]",
        },
    [XD_ACTION_SYSRQ] =
        {
            .name = "sysrq",
            .table = "domains",
            .title = "SysRq",
            .help = "Send it a SysRq key of Linux, as on its keyboard",
            .risk = XD_RISK_DISRUPTIVE,
            .params = sysrq_params,
            .xl = "xl sysrq {name} {key}",
            .settle_ns = 10 * S, /* until the guest has taken the key */
        },
    [XD_ACTION_DUMP_CORE] =
        {
            .name = "dump-core",
            .table = "domains",
            .title = "Dump core",
            .help = "Write its memory to a file; it is paused meanwhile",
            .risk = XD_RISK_DISRUPTIVE,
            .params = dump_params,
            .xl = "xl dump-core {name} {file}",
            .settle_ns = 5 * S,
        },
    [XD_ACTION_CREATE] =
        {
            .name = "create",
            .table = "host",
            .title = "Create domain",
            .help = "Make a domain from an xl config file; xl stays to restart it as the file says",
            .risk = XD_RISK_LOW,
            .params = create_params,
            .previews = true,
            .xl = "xl create[paused? -p] {file}",
            .settle_ns = 60 * S,
        },
    [XD_ACTION_DISK_ATTACH] =
        {
            .name = "disk-attach",
            .table = "domains",
            .title = "Attach disk",
            .help = "Give it another block device while it runs",
            .risk = XD_RISK_LOW,
            .params = disk_params,
            .inverse = "disk/{uuid}/{vdev} disk-detach",
            /* The target last: xl takes all that follows it for a part of it. */
            .xl = "xl block-attach {name} format={format},vdev={vdev}[readonly?,access=ro]"
                  "[cdrom?,devtype=cdrom][,backend={backend}][,backendtype={backendtype}]"
                  "[,script={script}][discard=yes?,discard][discard=no?,no-discard]"
                  ",target={target}",
            .settle_ns = 30 * S,
        },
    [XD_ACTION_DISK_DETACH] =
        {
            .name = "disk-detach",
            .table = "disks",
            .title = "Detach",
            .help = "Take the block device from its domain; what it hasn't written may be lost",
            .risk = XD_RISK_DISRUPTIVE,
            .inverse =
                "domain/{domain_uuid} disk-attach vdev={vdev} target={target}"
                "[ format={format}][ readonly={readonly}][ cdrom={cdrom}][ backend={backend}]"
                "[ backendtype={backendtype}][ script={script}][ discard={discard}]",
            .xl = "xl block-detach {domain} {vdev}",
            .settle_ns = 60 * S,
        },
    [XD_ACTION_CDROM] =
        {
            .name = "cdrom",
            .table = "disks",
            .title = "Change medium",
            .help = "Put another image into the drive of an HVM guest, or eject",
            .risk = XD_RISK_DISRUPTIVE,
            .params = cdrom_params,
            .inverse = "disk/{domain_uuid}/{vdev} cdrom medium={target}",
            .xl = "xl cd-insert {domain} {vdev} {medium}",
            .settle_ns = 30 * S,
        },
    [XD_ACTION_NIC_ATTACH] =
        {
            .name = "nic-attach",
            .table = "domains",
            .title = "Attach NIC",
            .help = "Give it another network interface while it runs",
            .risk = XD_RISK_LOW,
            .params = nic_params,
            .inverse = "nic/{uuid}/{devid} nic-detach",
            .xl = "xl network-attach {name}[ devid={devid}][ bridge={bridge}][ mac={mac}]"
                  "[ model={model}][ backend={backend}][ script={script}][ vifname={vifname}]"
                  "[ rate={rate}][ ip={ip}][ gatewaydev={gatewaydev}][ mtu={mtu}]",
            .settle_ns = 30 * S,
        },
    [XD_ACTION_NIC_DETACH] =
        {
            .name = "nic-detach",
            .table = "nics",
            .title = "Detach",
            .help = "Take the network interface from its domain: connections over it break",
            .risk = XD_RISK_DISRUPTIVE,
            .inverse = "domain/{domain_uuid} nic-attach devid={devid}[ bridge={bridge}][ mac={mac}]"
                       "[ backend={backend}][ script={script}][ vifname={vifname}][ rate={rate}]"
                       "[ ip={ip}][ gatewaydev={gatewaydev}][ mtu={mtu}]",
            .xl = "xl network-detach {domain} {devid}",
            .settle_ns = 60 * S,
        },
    [XD_ACTION_PCI_ASSIGNABLE] =
        {
            .name = "pci-assignable",
            .table = "pci",
            .title = "Make assignable",
            .help = "Take it from dom0's driver, so that a guest can have it",
            .risk = XD_RISK_DISRUPTIVE,
            .inverse = "pci-host",
            .xl = "xl pci-assignable-add {bdf}",
            .settle_ns = 10 * S,
        },
    [XD_ACTION_PCI_HOST] =
        {
            .name = "pci-host",
            .table = "pci",
            .title = "Give back to dom0",
            .help = "End that it is assignable, and give it to the driver that it had",
            .risk = XD_RISK_LOW,
            .inverse = "pci-assignable",
            .xl = "xl pci-assignable-remove -r {bdf}",
            .settle_ns = 10 * S,
        },
    [XD_ACTION_PCI_ATTACH] =
        {
            .name = "pci-attach",
            .table = "pci",
            .title = "Attach to domain",
            .help = "Give an assignable function to a running domain",
            .risk = XD_RISK_LOW,
            .params = pci_attach_params,
            .inverse = "pci-detach",
            .xl = "xl pci-attach {domain} {bdf}",
            .settle_ns = 30 * S,
        },
    [XD_ACTION_PCI_DETACH] =
        {
            .name = "pci-detach",
            .table = "pci",
            .title = "Detach",
            .help = "Take it from its domain; it stays assignable",
            .risk = XD_RISK_DISRUPTIVE,
            .params = pci_detach_params,
            .inverse = "pci/{bdf} pci-attach domain={domain_uuid}",
            .xl = "xl pci-detach[force? -f] {domain} {bdf}",
            .settle_ns = 60 * S,
        },
    [XD_ACTION_POOL_CREATE] =
        {
            .name = "pool-create",
            .table = "host",
            .title = "Create cpupool",
            .help = "Make a cpupool with a scheduler of its own from pCPUs that are in no pool",
            .risk = XD_RISK_LOW,
            .params = pool_params,
            .inverse = "pool/{name} pool-destroy",
            .xl = "xl cpupool-create 'name=\"{name}\"' 'sched=\"{sched}\"' 'cpus=\"{cpus}\"'",
            .settle_ns = 5 * S,
        },
    [XD_ACTION_POOL_DESTROY] =
        {
            .name = "pool-destroy",
            .table = "pools",
            .title = "Destroy cpupool",
            .help = "End a cpupool without domains; its pCPUs are free then",
            .risk = XD_RISK_DISRUPTIVE,
            .inverse = "host pool-create name={name} sched={sched} cpus={cpus}",
            .xl = "xl cpupool-destroy {name}",
            .settle_ns = 5 * S,
        },
    [XD_ACTION_CPUID_TRY] =
        {
            .name = "cpuid-try",
            .table = "host",
            .title = "Try CPU policy",
            .help = "What would a domain see? Makes one, paused and without devices, reads its "
                    "policy and destroys it",
            .risk = XD_RISK_LOW,
            .params = cpuid_try_params,
            .previews = true,
            .leaves_nothing = true,
            .settle_ns = 20 * S,
        },
    [XD_ACTION_CPUID_CONFIG] =
        {
            .name = "cpuid-config",
            .table = "host",
            .title = "Write CPU policy",
            .help = "Put a CPU policy into a domain's configuration, for its next start",
            .risk = XD_RISK_LOW,
            .params = cpuid_config_params,
            .inverse = "host cpuid-config file={file} cpuid=before",
            .previews = true,
            .settle_ns = 5 * S,
        },
    [XD_ACTION_N] = {.name = NULL},
};
