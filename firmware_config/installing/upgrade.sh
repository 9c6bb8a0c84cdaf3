# shellcheck shell=sh disable=SC2154,SC2153 # names of who reads this file
# From one version to another, and back if the doctor finds faults that were not there before.
# The installer and the Debian package do it alike; what they know of the version before lies in
# $KEPT, which outlives a power cut: its databases, its faults, and which services ran.

# Prints the subjects that `ostiary doctor` of the version $1 finds at fault, one a line, sorted.
faults_of() {
    as_ostiary "$1/bin/ostiary" doctor --json 2>/dev/null | "$PYTHON" -c '
import json, sys
try:
    found = [each["subject"] for each in json.load(sys.stdin) if each["health"] == "fault"]
except (ValueError, KeyError, TypeError):
    found = ["doctor"]
print("\n".join(sorted(found)))' | sed '/^$/d'
}

# Prints those of the version $1 that the version before did not have.
new_faults_of() {
    faults_of "$1" | while read -r each; do grep -qxF "$each" "$KEPT/.faults" || say "$each"; done
}

# Prints the units of Ostiary that run.
active() {
    booted || return 0
    systemctl list-units --plain --no-legend --state=active,activating,reloading \
        'ostiary-*.service' 'ostiary-*.timer' | awk '{print $1}'
}

# Stops everything (the door is locked), and keeps what the version $1 leaves behind.
leave() {
    were=$(active)
    # shellcheck disable=SC2086 # one word each
    [ -z "$were" ] || run systemctl stop $were
    # What a power cut kept from being put back.
    [ ! -e "$KEPT/.going-back" ] || run put_databases_back
    [ -n "$were" ] || were=$(cat "$KEPT/.were" 2>/dev/null || true)
    run rm -rf "$KEPT"
    run install -d -m 0700 "$KEPT"
    if [ -n "$dry" ]; then
        say "+ as ostiary: ostiary doctor, of the version before; and a copy of the databases to $KEPT"
        return
    fi
    say "$were" >"$KEPT/.were"
    faults_of "$1" >"$KEPT/.faults"
    find "$STATE" -mindepth 1 -maxdepth 1 ! -name models ! -name backups ! -name audit.reserve \
        ! -name lost+found ! -name .journal -exec cp -a -t "$KEPT" {} +
    sync -f "$KEPT"
    touch "$KEPT/.whole"
}

put_databases_back() {
    [ -e "$KEPT/.whole" ] || fail "the copy of the databases is not whole" "Restore the last backup."
    touch "$KEPT/.going-back"
    beside=$STATE/.going-back
    rm -rf "$beside"
    install -d -m 0700 "$beside"
    find "$KEPT" -mindepth 1 -maxdepth 1 ! -name .whole ! -name .were ! -name .faults \
        ! -name .going-back -exec cp -a -t "$beside" {} +
    sync -f "$beside"
    # Logs that belong to the newer files would be played into the older ones.
    rm -f "$STATE"/*.db-wal "$STATE"/*.db-shm "$STATE"/*.db
    find "$beside" -mindepth 1 -maxdepth 1 | while read -r each; do
        [ ! -d "$each" ] || rm -rf "${STATE:?}/${each##*/}"
        mv -f "$each" "$STATE/"
    done
    rmdir "$beside"
    sync -f "$STATE"
    rm "$KEPT/.going-back"
}

# Starts what ran before, and forgets about the version before.
arrive() {
    were=$(cat "$KEPT/.were" 2>/dev/null || true)
    run rm -rf "$KEPT"
    # shellcheck disable=SC2086 # one word each
    [ -z "$were" ] || [ -z "$start" ] || running start $were
}

# Brings the machine from the version that runs to the version $1.
upgrade() {
    old=$(readlink -f "$CURRENT")
    leave "$old"
    lay_out "$1" "$old"
    prepare_system
    if [ -n "$dry" ]; then
        say "+ as ostiary: ostiary models prepare; ostiary doctor; and back to $old if it finds new faults"
    else
        as_ostiary "$PROGRAM" models prepare >/dev/null || true # the doctor tells
        new=$(new_faults_of "$1")
        if [ -n "$new" ]; then
            as_ostiary "$PROGRAM" doctor >&2 || true
            lay_out "$old" "$1"
            put_databases_back
            prepare_system
            arrive
            fail "back at the version before: the new one is at fault with $(say "$new" | tr '\n' ' ')" \
                "What its doctor said is above. Nothing was lost."
        fi
    fi
    [ -z "$kiosk" ] || run systemctl enable ostiary-kiosk.service
    arrive
    for each in "$PREFIX"/releases/*; do
        [ "$each" = "$1" ] || [ "$each" = "$old" ] || run rm -rf "$each"
    done
    say "Ostiary is at ${1##*/}; ${old##*/} is kept."
}

# An upgrade to the version $1 was cut off when that ran already. People may have come and gone by it
# since, so the databases are not put back by themselves.
finish_upgrade() {
    say "The upgrade was cut off; going on with it."
    lay_out "$1"
    prepare_system
    new=$([ -n "$dry" ] || new_faults_of "$1")
    [ -z "$new" ] || fail "this version is at fault with $(say "$new" | tr '\n' ' ')" \
        "See: ostiary doctor. The databases of the version before are in $KEPT."
    arrive
    say "Ostiary is at ${1##*/}."
}
