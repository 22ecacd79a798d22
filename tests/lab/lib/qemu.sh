# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The emulated host: QEMU's arguments for a given size. Each odd one has its reason beside it.

# What Xen and dom0 cannot bear of QEMU's emulation (QEMU 7.2):
#   monitor  MWAIT with ECX != 0 faults, Xen's idle loop panics
#   smap     IRET at CPL 3 with SMAP faults, dom0 (a PV guest) dies at its first one
#   rdtscp   its intercept is reported as RDTSC's, and Xen then emulates the wrong length
CPU_SWITCHES=-monitor,-smap,-rdtscp

# What the kernel does at its start for nobody here: two seconds of self-tests of ciphers and of page
# table checks.
DOM0_SWITCHES="cryptomgr.notests rodata=off"

# qemu_smp_field NAME SPEC: value of NAME in QEMU's -smp syntax, or nothing
qemu_smp_field() { tr ',' '\n' <<<"$2" | sed -n "s/^$1=//p" | head -n 1; }

# qemu_numa: one NUMA node a socket, 21 apart, if memory and CPUs divide evenly; else none
qemu_numa() {
    local sockets cpus per node other
    sockets=$(qemu_smp_field sockets "$SMP")
    cpus=$(qemu_smp_field cpus "$SMP")
    [ -n "$cpus" ] || cpus=${SMP%%,*}
    [[ $cpus =~ ^[0-9]+$ ]] || return 0
    [ "${sockets:-1}" -gt 1 ] && [ $((cpus % sockets)) -eq 0 ] && [ $((MEM % (2 * sockets))) -eq 0 ] ||
        return 0
    per=$((cpus / sockets))
    for ((node = 0; node < sockets; node++)); do
        QEMU+=(-object "memory-backend-ram,id=ram$node,size=$((MEM / sockets))M"
            -numa "node,nodeid=$node,cpus=$((node * per))-$((node * per + per - 1)),memdev=ram$node")
    done
    for ((node = 0; node < sockets; node++)); do
        for ((other = node + 1; other < sockets; other++)); do
            QEMU+=(-numa "dist,src=$node,dst=$other,val=21")
        done
    done
}

# qemu_xen_arguments: the hypervisor's command line. eager-fpu: with lazy switching, programs in
# dom0 crash now and then under emulation. bootscrub=0: emulated memory is clean, and memory which
# Xen does not touch costs this machine nothing
qemu_xen_arguments() {
    local dom0=1024
    [ "$MEM" -ge 2048 ] || dom0=$((MEM / 2))
    echo "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all spec-ctrl=eager-fpu bootscrub=0" \
        "dom0_mem=${dom0}M,max:${dom0}M dom0_max_vcpus=2 $XEN_ARGS"
}

# qemu_arguments: sets QEMU to the whole command
qemu_arguments() {
    QEMU=(qemu-system-x86_64 -machine q35)
    if [ "$ICOUNT" = yes ]; then
        QEMU+=(-accel tcg,thread=single,tb-size=512 -icount shift=1,sleep=off)
    else
        QEMU+=(-accel tcg,thread=multi,tb-size=512)
    fi
    QEMU+=(
        -cpu "$CPU,$CPU_SWITCHES" -smp "$SMP" -m "${MEM}M")
    [ "$NUMA" = no ] || qemu_numa
    QEMU+=(-nodefaults -display none -no-reboot -nic none
        -chardev "file,id=serial,path=$LOG" -serial chardev:serial
        -kernel "$RUN/xen" -append "$(qemu_xen_arguments)"
        -initrd "$IMAGE/vmlinux console=hvc0 quiet panic=1 $DOM0_SWITCHES,$RUN/initrd"
        -fsdev "local,id=image,path=$IMAGE,security_model=none,readonly=on"
        -device virtio-9p-pci,fsdev=image,mount_tag=image
        -device virtio-serial-pci,max_ports=8
        # descriptor 3 is our end of a pipe: its end of file tells us that QEMU is gone
        -add-fd fd=3,set=1 -chardev file,id=status,path=/dev/fdset/1,append=on
        -device virtserialport,chardev=status,name=lab.status)
    [ ${#QMP_JOBS[@]} -eq 0 ] || QEMU+=(-qmp "unix:$RUN/qmp,server=on,wait=off")
    [ -z "$SHARE" ] || QEMU+=(-fsdev "local,id=share,path=$SHARE,security_model=none"
        -device virtio-9p-pci,fsdev=share,mount_tag=share)
    if [ "$COMMAND" != "" ]; then
        QEMU+=(-chardev "file,id=out,path=$RUN/out" -device virtserialport,chardev=out,name=lab.out
            -chardev "file,id=err,path=$RUN/err" -device virtserialport,chardev=err,name=lab.err)
    else
        # the escape character (Ctrl-^) is there to end a host that hangs: Ctrl-^ x
        QEMU+=(-echr 0x1e -chardev stdio,id=tty,mux=on,signal=off
            -device virtconsole,chardev=tty,name=lab.tty
            -chardev "pipe,id=size,path=$RUN/size" -device virtserialport,chardev=size,name=lab.size)
    fi
    # shellcheck disable=SC2206 # --qemu holds several words by design
    QEMU+=($QEMU_EXTRA)
}
