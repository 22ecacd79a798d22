# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What is added to the image at each boot: our build, the tests and the command. A changed build
# thus needs no new image, and a build that goes on meanwhile does not disturb a running host.
# The kernel unpacks cpio archives that follow each other, so ours simply follows the image's.

# overlay_install SOURCE DEST [MODE]
overlay_install() {
    mkdir -p "$OVERLAY/$(dirname "$2")" && cp -L "$1" "$OVERLAY/$2" && chmod "${3:-644}" "$OVERLAY/$2" ||
        die "cannot put $1 into dom0"
}

overlay_build() {
    local file
    if [ -x "$BUILD_DIR/xendeck" ]; then
        # beside its modules, where it looks for them
        overlay_install "$BUILD_DIR/xendeck" usr/lib/xendeck/xendeck 755
        mkdir -p "$OVERLAY/usr/bin" && ln -sf ../lib/xendeck/xendeck "$OVERLAY/usr/bin/xendeck"
    else
        say "no $BUILD_DIR/xendeck: dom0 gets none"
    fi
    for file in "$BUILD_DIR"/modules/*.so; do
        [ ! -e "$file" ] || overlay_install "$file" "usr/lib/xendeck/modules/${file##*/}" 755
    done
    for file in "$BUILD_DIR"/tests/bin/*; do
        [ ! -x "$file" ] || overlay_install "$file" "usr/bin/${file##*/}" 755
    done
    if [ -e "$BUILD_DIR/guests/xendeck-guest.elf" ]; then
        overlay_install "$BUILD_DIR/guests/xendeck-guest.elf" guests/xendeck-guest.elf
    else
        say "no $BUILD_DIR/guests/xendeck-guest.elf: the tiny guests will not start"
    fi
}

overlay_tests() {
    local file
    mkdir -p "$OVERLAY/tests" "$OVERLAY/guests"
    cp -RL "$LAB_DIR/dom0/." "$OVERLAY/tests/"
    for file in "$LAB_DIR"/guests/*.cfg; do
        overlay_install "$file" "guests/${file##*/}"
    done
}

# overlay_put FILE[:DEST]: DEST is a path in dom0, a directory if it ends in /; without it, /root/
overlay_put() {
    local source=${1%%:*} dest=/root/
    [ "$source" = "$1" ] || dest=${1#*:}
    [ -e "$source" ] || die "--put: there is no $source"
    [[ $dest != */ ]] || dest+=${source##*/}
    mkdir -p "$OVERLAY/$(dirname "$dest")" && cp -RL "$source" "$OVERLAY/$dest" ||
        die "cannot put $source into dom0"
}

# overlay_libraries: libraries which our programs need and the image lacks, taken from this machine
overlay_libraries() {
    local library programs
    mapfile -t programs < <(find "$OVERLAY" -type f \( -perm -100 -o -name '*.so' \) -size +3k)
    [ ${#programs[@]} -gt 0 ] || return 0
    ldd "${programs[@]}" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
        while read -r library; do
            grep -qxF "/usr/lib/x86_64-linux-gnu/${library##*/}" "$IMAGE/files" ||
                overlay_install "$library" "usr/lib/x86_64-linux-gnu/${library##*/}" 755
        done
}

# overlay_make: the archive which follows the image's, to stdout. Uses COMMAND, PUT, ENVIRONMENT
overlay_make() {
    local put
    mkdir -p "$OVERLAY/lab"
    overlay_build
    overlay_tests
    for put in "${PUT[@]}"; do overlay_put "$put"; done
    overlay_libraries
    [ "$COMMAND" = "" ] || printf '%s\n' "$COMMAND" >"$OVERLAY/lab/command"
    printf '%s\n' "${ENVIRONMENT[@]}" >"$OVERLAY/lab/env"
    (cd "$OVERLAY" && find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet)
}
