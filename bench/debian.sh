#!/bin/sh
# Runs a command on this tree in a Debian of any release and processor; as root, on Debian.
#
#   sh bench/debian.sh amd64 trixie                      the fast tests, on Python 3.13
#   sh bench/debian.sh arm64 bookworm .venv/bin/ostiary doctor
#
# The Debian is made of packages with mmdebstrap, once, and kept in $DEBIANS. The tree is copied into
# it and set up by `make`, from wheels that pip fetches here: mirror and index are those of this
# machine, and inside there is no network. $DEBIANS/exchange is /srv/exchange there. Another processor
# is played by qemu-user; QEMU_CPU names one of its models, a Raspberry Pi 4's if none is named.
# PYTHON fetches the wheels.
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
TREE=${HERE%/*}
DEBIANS=${DEBIANS:-${XDG_CACHE_HOME:-$HOME/.cache}/ostiary-debian}
PYTHON=${PYTHON:-$TREE/.venv/bin/python}
TESTED="python3,python3-venv,python3-evdev,make,tzdata,mosquitto,nftables,systemd,udev,dbus,procps,iproute2"

[ $# -ge 2 ] || { sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"; exit 2; }
arch=$1 suite=$2
shift 2
root=$DEBIANS/$suite-$arch

# The kernel starts another processor's programs by itself once it is told who plays them.
play_processor() {
    machine=$1
    rules=/proc/sys/fs/binfmt_misc
    [ -e $rules/register ] || mount -t binfmt_misc binfmt_misc $rules
    [ -e "$rules/qemu-$machine" ] || {
        rule=/usr/lib/binfmt.d/qemu-$machine.conf
        [ -e "$rule" ] || apt-get install -y -qq --no-install-recommends qemu-user-static >/dev/null
        cat "$rule" >$rules/register
    }
}

# What /proc/cpuinfo says on a Raspberry Pi 4, or a 5. QEMU shows that of this machine instead, and
# the interpreter's library for it crashes at an ARM processor that has an x86 one's description.
describe_processor() {
    case ${QEMU_CPU:-} in
    cortex-a76) features="aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp" variant=0x4 part=0xd0b revision=1 ;;
    *) features="crc32 cpuid" variant=0x0 part=0xd08 revision=3 ;;
    esac
    number=0
    while [ $number -lt "$(nproc)" ]; do
        printf 'processor\t: %s\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm %s\n' $number "$features"
        printf 'CPU implementer\t: 0x41\nCPU architecture: 8\n'
        printf 'CPU variant\t: %s\nCPU part\t: %s\nCPU revision\t: %s\n\n' $variant $part $revision
        number=$((number + 1))
    done
}

# The mirror that this machine has its own Debian from.
mirror() {
    # shellcheck disable=SC1091 # a file of the system
    here=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016 # apt's fields, not the shell's
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Identifier: Packages' |
        awk -v here="$here" '$1 == "Debian" && $2 == here { print $3; exit }'
}

make_root() {
    part=$root.part
    rm -rf "$part"
    mmdebstrap --quiet --variant=minbase --architectures="$arch" --include="$TESTED" \
        "$suite" "$part" "$(mirror)"
    mv "$part" "$root"
}

inside() {
    # /proc is mounted after whatever nspawn binds.
    # shellcheck disable=SC2016 # expanded inside
    [ "$machine" != aarch64 ] || [ "$(uname -m)" = aarch64 ] ||
        set -- sh -c 'mount --bind "$0" /proc/cpuinfo && exec "$@"' /srv/exchange/cpuinfo "$@"
    systemd-nspawn --quiet --register=no --keep-unit --as-pid2 --private-network --resolv-conf=off \
        --console=pipe --directory="$root" --chdir=/srv/ostiary --bind-ro="$wheels":/srv/wheels \
        --bind="$DEBIANS/exchange":/srv/exchange \
        --setenv=PIP_NO_INDEX=1 --setenv=PIP_FIND_LINKS=/srv/wheels --setenv=PIP_ROOT_USER_ACTION=ignore --setenv=PIP_NO_COMPILE=1 \
        --setenv=LANG=C.UTF-8 --setenv=HOME=/root --setenv=QEMU_CPU="${QEMU_CPU:-}" "$@"
}

put_tree() {
    mkdir -p "$root/srv/ostiary"
    find "$root/srv/ostiary" -mindepth 1 -maxdepth 1 ! -name .venv -exec rm -rf {} +
    (cd "$TREE" && git ls-files --cached --others --exclude-standard -z |
        tar --create --null --files-from=- --ignore-failed-read --owner=0 --group=0) |
        tar --extract --directory="$root/srv/ostiary"
}

[ "$(id -u)" = 0 ] || { echo "Only root can make a Debian: sudo sh $0 $arch $suite" >&2; exit 1; }
case $arch in
amd64) machine=x86_64 ;;
arm64)
    machine=aarch64
    export QEMU_CPU="${QEMU_CPU:-cortex-a72}"
    ;;
*) machine=$arch ;;
esac
[ "$machine" = "$(uname -m)" ] || play_processor "$machine"
case $suite in
bookworm) python=3.11 ;;
*) python=3.13 ;;
esac
wheels=$DEBIANS/wheels-$machine-$python

mkdir -p "$DEBIANS/exchange"
describe_processor >"$DEBIANS/exchange/cpuinfo"
[ -d "$root" ] || make_root
cmp --silent "$TREE/constraints.txt" "$wheels/constraints.txt" || {
    "$PYTHON" "$HERE/wheels.py" "$machine" "$python" "$wheels" >&2
    cp "$TREE/constraints.txt" "$wheels"
}
put_tree
inside make --silent .venv/.ready-to-test
[ $# -gt 0 ] || set -- .venv/bin/python -m pytest --numprocesses 2 --dist loadfile
inside "$@"
