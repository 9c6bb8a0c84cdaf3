# shellcheck shell=sh disable=SC2154,SC2153 # names of install.sh, which reads this file
# The machine around a version: is it one, what it lacks, and what it is told once.

check_system() {
    [ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail "only root can install" "sudo sh $0"
    # shellcheck disable=SC1091 # not there where this is checked
    codename=$(. /etc/os-release && say "${VERSION_CODENAME:-unknown}")
    case "$codename $(uname -m)" in
    bookworm\ aarch64 | bookworm\ x86_64 | trixie\ aarch64 | trixie\ x86_64) ;;
    *) [ -n "$any$dry" ] || fail "this is $codename on $(uname -m)" \
        "It was made for Bookworm and Trixie with 64 bits; --any-system tries all the same." ;;
    esac
    ! grep -q overlayroot= /proc/cmdline || fail "the root is read-only; nothing would last" \
        "sudo sh /usr/share/ostiary/read_only_root.sh off, restart, and try again."
    ! installed ostiary || fail "Ostiary is installed as a Debian package" \
        "Upgrade it with apt, or remove it first: apt remove ostiary"
}

check_space() {
    free=$(df -Pm /opt 2>/dev/null | awk 'NR == 2 {print $4}')
    [ "${free:-$MEGABYTES}" -ge "$MEGABYTES" ] ||
        fail "/opt has $free MB free, and $MEGABYTES are needed" "Free space, or use a larger card."
}

install_packages() {
    wanted="python3-venv chrony"
    if [ -e /proc/device-tree/model ]; then
        # Cameras on the ribbon and keyboards' events: the system's, since no wheel has them.
        wanted="$wanted python3-picamera2 python3-evdev"
    fi
    [ -z "$kiosk" ] || wanted="$wanted cage chromium"
    [ -z "$firewall" ] || wanted="$wanted nftables"
    missing=""
    for package in $wanted; do installed "$package" || missing="$missing $package"; done
    [ -n "$missing" ] || return 0
    run apt-get update -qq
    # shellcheck disable=SC2086 # one word each
    run env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
}

prepare_system() {
    run systemd-sysusers ostiary.conf
    if [ ! -e "$SETTINGS" ]; then
        run install -D -m 0640 -g ostiary /usr/share/ostiary/ostiary.toml "$SETTINGS"
    fi
    run systemd-tmpfiles --create ostiary.conf || say "Those files keep the rights that they have."
    for boot in /boot/firmware/config.txt /boot/config.txt; do
        if [ -f "$boot" ] && [ ! -L "$boot" ] && ! grep -q '^# >>> Ostiary' "$boot"; then
            # Once: from then on the lines are the site's, who may have other pins.
            say "Adding the lines of config.txt to $boot; they count from the next start."
            [ -n "$dry" ] || {
                say "# >>> Ostiary"
                cat /usr/share/ostiary/config.txt
                say "# <<< Ostiary"
            } >>"$boot"
            break
        fi
    done
    if [ -n "$firewall" ] && ! grep -qs '^include "/etc/nftables.d/' /etc/nftables.conf; then
        say 'Adding to /etc/nftables.conf: include "/etc/nftables.d/*.nft"'
        [ -n "$dry" ] || say 'include "/etc/nftables.d/*.nft"' >>/etc/nftables.conf
    fi
    running daemon-reload
    if booted; then
        # A container has no devices of its own, nor who names them.
        ! systemctl --quiet is-active systemd-udevd || run udevadm control --reload
        run systemctl restart systemd-sysctl
        run systemctl try-restart systemd-journald chrony
        [ -z "$firewall" ] || run systemctl enable --now nftables
        [ -z "$firewall" ] || run systemctl reload nftables
    fi
}
