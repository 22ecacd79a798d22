# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The dom0 image: what Debian's packages give, built once and kept in the cache.
#
# An image is a directory named after a hash of everything that went into it:
#   xen          the hypervisor, uncompressed (QEMU loads it as a multiboot kernel)
#   vmlinux      the kernel, uncompressed: unpacking XZ under emulation takes longer than booting
#   initrd       dom0's root file system as a cpio archive, uncompressed for the same reason
#   linux-initrd the ram disk of the Linux guests
#   hvm          what HVM guests need besides (their device model and firmware), for `lab --hvm`
#   files        names of the files in initrd
# It is built beside its place and renamed, so a half-built image is never seen.

IMAGE_FORMAT=1 # to be raised when images made by older scripts must not be used

# image_resolve: names of all packages of the image, those with versions in their names looked up
image_resolve() {
    local system kernel xen_utils
    system=$(apt-cache depends xen-system-amd64) || return 1
    kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-\)/\1/p' | head -n 1)
    xen_utils=$(sed -n 's/.*Depends: \(xen-utils-[0-9]\)/\1/p' <<<"$system")
    [ -n "$kernel" ] && [ -n "$xen_utils" ] || return 1
    sed -n 's/.*Depends: \(xen-hypervisor-[0-9]\)/\1/p' <<<"$system"
    printf '%s\n' "$xen_utils" "$kernel"
    apt-cache depends "$xen_utils" | sed -n 's/.*Depends: \(libxenmisc\)/\1/p'
    list "$LAB_DIR/image/packages"
    list "$LAB_DIR/image/packages-hvm"
}

# image_debs: file names of the packages to download (name, version and architecture), sorted.
# apt takes most of a second for this, so its answer is kept until apt's lists change.
image_debs() {
    local key kept="$CACHE_DIR/debs.list" packages
    key=$({
        find /var/lib/apt/lists -maxdepth 1 -printf '%f %s %T@\n' | sort
        cat "$LAB_DIR"/image/packages*
    } | sha256sum | cut -d' ' -f1)
    if [ "$(head -n 1 "$kept" 2>/dev/null)" != "$key" ]; then
        mapfile -t packages < <(image_resolve)
        [ ${#packages[@]} -gt 3 ] || return 1
        { echo "$key" && apt-get download --print-uris "${packages[@]}" | awk '{print $2}' | sort; } \
            >"$kept.$$" || return 1
        [ "$(wc -l <"$kept.$$")" -gt "${#packages[@]}" ] || return 1
        mv "$kept.$$" "$kept"
    fi
    tail -n +2 "$kept"
}

# image_stamp: the name an up-to-date image has
image_stamp() {
    local debs
    debs=$(image_debs) || return 1
    {
        echo "format $IMAGE_FORMAT"
        echo "$debs"
        cd "$LAB_DIR" && sha256sum lib/image.sh image/* guests/linux-init
    } | sha256sum | cut -c1-16
}

# image_download DIR: put every package into DIR, fetching only those it lacks
image_download() {
    local deb wanted missing=()
    mapfile -t wanted < <(image_debs)
    mkdir -p "$1"
    for deb in "${wanted[@]}"; do
        [ -s "$1/$deb" ] || missing+=("${deb%%_*}")
    done
    for deb in "$1"/*.deb; do
        [[ " ${wanted[*]} " = *" ${deb##*/} "* ]] || rm -f "$deb"
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "downloading ${#missing[@]} Debian packages"
    (cd "$1" && apt-get -qq -o APT::Sandbox::User=root download "${missing[@]}") >&2 ||
        die "apt-get could not download ${missing[*]}"
}

# image_dom0_root UNPACKED ROOT: choose from the unpacked packages what dom0 needs
image_dom0_root() {
    local from=$1 root=$2 xen_bin tool
    mkdir -p "$root"/{dev,etc/xen,guests,lib64,proc,root,run/lock,sys,tmp,usr/share}
    mkdir -p "$root"/var/{lib/xen,log/xen/console} "$root"/usr/{bin,sbin,lib,lib/x86_64-linux-gnu}
    ln -s usr/bin "$root/bin" && ln -s usr/sbin "$root/sbin" && ln -s usr/lib "$root/lib"
    ln -s /run "$root/var/run" && ln -s /run/lock "$root/var/lock"

    for tool in bin usr/bin sbin usr/sbin; do
        [ ! -d "$from/$tool" ] || cp -a "$from/$tool/." "$root/usr/${tool#usr/}/"
    done
    find "$from"/{lib,usr/lib}/x86_64-linux-gnu -maxdepth 1 -name '*.so*' \
        -exec cp -a -t "$root/usr/lib/x86_64-linux-gnu" {} +
    cp -L "$from/lib64/ld-linux-x86-64.so.2" "$root/lib64/"
    cp -a "$from/etc/xen/." "$root/etc/xen/"
    mkdir -p "$root/usr/lib/locale" "$root/usr/lib/terminfo" "$root/usr/share/misc"
    cp -a "$from/usr/lib/locale/C.utf8" "$root/usr/lib/locale/"
    cp -a "$from/lib/terminfo/." "$root/usr/lib/terminfo/"
    cp -L "$from"/usr/share/misc/pci.ids "$root/usr/share/misc/"

    # Debian's xl and friends are wrappers which ask the running Xen for its version: link directly
    xen_bin=$(cd "$from" && echo usr/lib/xen-[0-9]*/bin)
    mkdir -p "$root/$xen_bin" && cp -a "$from/$xen_bin/." "$root/$xen_bin/"
    for tool in "$root/$xen_bin"/*; do
        if head -c4 "$tool" | grep -q ELF; then
            ln -sf "/$xen_bin/${tool##*/}" "$root/usr/sbin/${tool##*/}"
        else
            rm -f "$tool" # Python programs: there is no Python in this dom0
        fi
    done
    image_busybox "$root"
    image_etc "$root"
    cp "$LAB_DIR/image/init" "$root/init" && chmod 755 "$root/init"
}

# image_busybox ROOT: a link for each of busybox's programs that nobody better provides
image_busybox() {
    local applet
    while read -r applet; do
        [ -e "$1/usr/bin/$applet" ] || [ -L "$1/usr/bin/$applet" ] || [ -e "$1/usr/sbin/$applet" ] ||
            ln -s busybox "$1/usr/bin/$applet"
    done < <("$1/usr/bin/busybox" --list)
    ln -sf mawk "$1/usr/bin/awk"
}

image_etc() {
    echo 'root:x:0:0:root:/root:/bin/bash' >"$1/etc/passwd"
    echo 'root:x:0:' >"$1/etc/group"
    echo 'dom0' >"$1/etc/hostname"
    echo '127.0.0.1 localhost dom0' >"$1/etc/hosts"
    printf 'passwd: files\ngroup: files\nhosts: files\n' >"$1/etc/nsswitch.conf"
    echo 'autoballoon="off"' >"$1/etc/xen/xl.conf"
    printf '%s\n' "PS1='\\h:\\w# '" "alias ls='ls --color=auto'" >"$1/root/.bashrc"
}

# image_modules UNPACKED ROOT: the modules of image/modules with their dependencies
image_modules() {
    local from=$1 root=$2 version module file
    version=$(ls "$from/lib/modules")
    depmod -b "$from" "$version"
    list "$LAB_DIR/image/modules" | while read -r module; do
        modprobe -d "$from" -S "$version" --show-depends --ignore-install "$module" 2>/dev/null
    done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r file; do
        mkdir -p "$root/usr/$(dirname "${file#"$from"/}")"
        cp "$file" "$root/usr/${file#"$from"/}"
    done
    cp "$from/lib/modules/$version"/modules.{builtin,order} "$root/usr/lib/modules/$version/"
    depmod -b "$root" "$version" 2>/dev/null # warns that a list of built-in modules is left out
}

# image_has ROOTS LIBRARY
image_has() {
    local root
    for root in $1; do
        [ ! -e "$root/usr/lib/x86_64-linux-gnu/$2" ] && [ ! -e "$root/lib64/$2" ] || return 0
    done
    return 1
}

# image_lacking ROOTS FILE...: which of these files ask for a library that is in none of ROOTS, and
# for which
image_lacking() {
    local roots=$1 file library
    shift
    LC_ALL=C readelf -d "$@" 2>/dev/null |
        sed -n -e 's/^File: //p' -e 's/.*(NEEDED).*\[\(.*\)\]/\t\1/p' |
        while IFS= read -r library; do
            if [[ $library != $'\t'* ]]; then
                file=$library
            elif ! image_has "$roots" "${library#?}"; then
                printf '%s %s\n' "$file" "${library#?}"
            fi
        done
}

# image_check ROOT: leave out programs that lack a library (a few of iproute2 and util-linux, whose
# libraries are large), but neither a library nor anything that the lab is for
image_check() {
    local root=$1 file library program files
    mapfile -t files < <(find "$root"/usr/{bin,sbin,lib/x86_64-linux-gnu} "$root"/usr/lib/xen-* -type f)
    while read -r file library; do
        [[ $file != *.so* ]] || die "image/packages lacks the package of $library, needed by ${file##*/}"
        rm -f "$file"
    done < <(image_lacking "$root" "${files[@]}")
    for program in xl xenstored xenconsoled xenstore-ls xentop xenpm bash jq ip lspci ps setsid stty; do
        (cd "$root/usr/sbin" && [ -e "$program" ]) || [ -e "$root/usr/bin/$program" ] ||
            [ -e "$root$(readlink "$root/usr/sbin/$program")" ] || die "the image lacks $program"
    done
}

# image_hvm FROM UNPACKED DOM0_ROOT ROOT: what an HVM guest needs, of packages unpacked in FROM
image_hvm() {
    local from=$1 root=$4 file library loader files
    mkdir -p "$root"/usr/{libexec,share,lib/x86_64-linux-gnu}
    find "$from"/{lib,usr/lib} -path '*/x86_64-linux-gnu/*.so*' -prune \
        -exec cp -a -t "$root/usr/lib/x86_64-linux-gnu" {} +
    cp -a "$from/usr/libexec/xen-qemu-system-i386" "$root/usr/libexec/"
    cp -a "$from"/usr/share/{qemu,seabios} "$root/usr/share/"
    loader=$(cd "$2" && echo usr/lib/xen-[0-9]*/boot/hvmloader)
    mkdir -p "$root/${loader%/*}" && cp -a "$2/$loader" "$root/$loader"
    mapfile -t files < <(find "$root"/usr/{libexec,lib/x86_64-linux-gnu} -type f)
    while read -r file library; do
        die "image/packages-hvm lacks the package of $library, needed by ${file##*/}"
    done < <(image_lacking "$3 $root" "${files[@]}")
}

# image_unpack WORK: the packages, those for HVM guests apart from the others
image_unpack() {
    local deb name into
    mkdir -p "$1"/{unpacked,unpacked-hvm}
    for deb in "$CACHE_DIR"/debs/*.deb; do
        into=unpacked name=${deb##*/}
        ! list "$LAB_DIR/image/packages-hvm" | grep -qxF "${name%%_*}" || into=unpacked-hvm
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$1/$into" --exclude='./usr/share/doc' \
            --exclude='./usr/share/man' --exclude='./usr/share/locale' || die "cannot unpack $deb"
    done
}

# image_vmlinux BZIMAGE: the ELF kernel inside, to stdout. Where the compressed payload lies is in
# the setup header (Linux, Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length)
image_vmlinux() {
    local sectors offset
    sectors=$(od -An -tu1 -j $((0x1f1)) -N1 "$1")
    offset=$(od -An -tu4 -j $((0x248)) -N4 "$1")
    [ "$((sectors))" -gt 0 ] || sectors=4
    tail -c +$(((sectors + 1) * 512 + offset + 1)) "$1" | xz -dc --single-stream
}

# image_archive DIR: its cpio archive to stdout, everything owned by root
image_archive() { (cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet); }

# image_linux_initrd UNPACKED WORK: ram disk of the Linux guests to stdout. Their modules lie in
# /modules, with numbers in front of their names that give the order to load them in.
image_linux_initrd() {
    local version file n=10
    version=$(ls "$1/lib/modules")
    mkdir -p "$2"/{bin,sbin,modules}
    cp "$1/bin/busybox" "$2/bin/" && ln -s busybox "$2/bin/sh"
    cp "$LAB_DIR/guests/linux-init" "$2/init" && chmod 755 "$2/init"
    modprobe -d "$1" -S "$version" -a --show-depends --ignore-install \
        xen-blkfront xen-netfront xen-pcifront |
        awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
        cp "$file" "$2/modules/$((n++))-${file##*/}"
    done
    image_archive "$2"
}

# image_make WORK IMAGE: build the image in IMAGE
image_make() {
    local work=$1 image=$2 started=$SECONDS
    image_download "$CACHE_DIR/debs"
    say "building the dom0 image (once; kept in $CACHE_DIR)"
    mkdir -p "$image"
    image_unpack "$work"
    image_dom0_root "$work/unpacked" "$work/root"
    image_modules "$work/unpacked" "$work/root"
    image_check "$work/root"
    gzip -dc "$work"/unpacked/boot/xen-*.gz >"$image/xen"
    image_vmlinux "$work"/unpacked/boot/vmlinuz-* >"$image/vmlinux" || [ -s "$image/vmlinux" ]
    image_linux_initrd "$work/unpacked" "$work/linux-root" >"$image/linux-initrd"
    image_hvm "$work/unpacked-hvm" "$work/unpacked" "$work/root" "$work/hvm-root"
    image_archive "$work/root" >"$image/initrd"
    image_archive "$work/hvm-root" >"$image/hvm"
    (cd "$work/root" && find . -type f -o -type l) | sed 's/^\.//' >"$image/files"
    say "image of $(($(stat -c %s "$image/initrd") >> 20)) MiB built in $((SECONDS - started)) s"
}

# image_remove_old KEEP: remove images that no running lab uses
image_remove_old() {
    local old fd
    for old in "$CACHE_DIR"/image-*; do
        [ "$old" != "$1" ] && [ -d "$old" ] || continue
        exec {fd}<"$old"
        ! flock -nx "$fd" || rm -rf "$old"
        exec {fd}<&-
    done
}

# image_ready: sets IMAGE to an up-to-date image, building it if need be. The image stays locked
# (shared) for as long as this shell lives, so that nobody removes it under a running host.
image_ready() {
    local stamp work lock
    mkdir -p "$CACHE_DIR" || die "cannot create $CACHE_DIR"
    exec {lock}>"$CACHE_DIR/lock"
    flock "$lock"
    if ! stamp=$(image_stamp); then
        IMAGE=$(ls -td "$CACHE_DIR"/image-* 2>/dev/null | head -n 1)
        [ -n "$IMAGE" ] || die "apt knows no package xen-system-amd64 or linux-image-amd64 (apt-get update?)"
        say "apt's lists are not usable: taking the newest image, which may be old"
    else
        IMAGE=$CACHE_DIR/image-$stamp
    fi
    if [ ! -d "$IMAGE" ]; then
        rm -rf "$CACHE_DIR"/build.* # left by a build that was killed: nobody else builds, see the lock
        work=$CACHE_DIR/build.$$
        (
            set -eo pipefail # not heeded in the condition of an `if` or `||`, hence the look at $?
            image_make "$work" "$work/image"
        )
        if [ $? -ne 0 ] || ! mv "$work/image" "$IMAGE"; then
            rm -rf "$work"
            die "the dom0 image could not be built"
        fi
        rm -rf "$work"
        image_remove_old "$IMAGE"
    fi
    exec {IMAGE_FD}<"$IMAGE"
    flock -s "$IMAGE_FD"
    exec {lock}>&-
}
