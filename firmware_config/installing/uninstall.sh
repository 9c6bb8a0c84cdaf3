# shellcheck shell=sh disable=SC2154,SC2153 # names of install.sh, which reads this file
# Away with it; people, record and keys stay unless they are to go, too.

uninstall() {
    [ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail "only root can uninstall" "sudo sh $0 uninstall"
    if [ -n "$purge" ] && [ -z "$yes$dry" ]; then
        printf 'People, record and keys of this door will be gone for ever. Type "erase": '
        read -r answer
        [ "$answer" = erase ] || fail "nothing was done"
    fi
    # Stopped, the door's unit secures the lock with the program that is still there.
    [ ! -e /usr/lib/systemd/system/ostiary.target ] ||
        running stop ostiary.target 'ostiary-*.service' 'ostiary-*.timer'
    tree=$TREE
    [ ! -d "$CURRENT/tree" ] || tree=$CURRENT/tree
    for unit in $(files_of "$tree" | sed -n 's|.*/systemd/system/||p'); do
        ! grep -qs '^\[Install\]' "/usr/lib/systemd/system/$unit" || run systemctl disable --quiet "$unit"
    done
    files_of "$tree" | while read -r _ place; do run rm -f "$place"; done
    [ ! -d /usr/lib/systemd/system/ostiary-.service.d ] ||
        run rmdir --ignore-fail-on-non-empty /usr/lib/systemd/system/ostiary-.service.d
    for boot in /boot/firmware/config.txt /boot/config.txt; do
        [ ! -f "$boot" ] || [ -L "$boot" ] || run sed -i '/^# >>> Ostiary/,/^# <<< Ostiary/d' "$boot"
    done
    [ ! -e /etc/nftables.conf ] || run sed -i '\|^include "/etc/nftables.d/\*.nft"|d' /etc/nftables.conf
    run rm -rf "$PROGRAM" "$PREFIX" /usr/share/ostiary
    running daemon-reload
    if [ -n "$purge" ]; then
        # The key first: whatever a card still holds of the rest cannot be read without it.
        run rm -f "$STATE/ostiary.key"
        run find "$STATE" -mindepth 1 -delete
        run rm -rf "$STATE" /etc/ostiary
        say "Nothing of Ostiary is left but its users' names."
    else
        say "Ostiary is gone. People, record and keys are in $STATE, settings in ${SETTINGS%/*}."
    fi
}
